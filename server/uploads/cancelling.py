"""The end of a job that its owner does not want any more, and who is told of it."""

from datetime import datetime

from server.webhooks.telling import tell_job, tell_session
from storage.open import Storage
from storage.records import Job, State


async def cancel(storage: Storage, owner: str, id: str, now: datetime) -> Job:
    """May be told twice. Raises Missing, or Conflict when it has ended otherwise."""
    async with storage.together() as tables:
        job = await tables.jobs.cancel(owner, id, now)
        await tell_job(tables, job, now)
        session = await tables.sessions.get(owner, job.session)
        if session is not None and session.state is State.FAILED:
            await tell_session(tables, session, now)
    return job
