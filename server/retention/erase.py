"""Everything of one session, now: objects, journal, rows. What is left is that it was done.

Every step may be repeated, and what a killed server leaves half done is finished by asking again,
or by the next sweep.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from server.live.registry import Registry
from server.webhooks.telling import tell_job, tell_session
from storage.errors import Conflict, Missing
from storage.jobs import ENDS
from storage.lifecycle import KEPT
from storage.open import Storage
from storage.records import Audit, Session, State

Step = Callable[[str], None]
"""Told the name of each step when it is done."""


async def erase(
    registry: Registry,
    session: Session,
    actor: str,
    why: str,
    now: datetime,
    done: Step = lambda _: None,
) -> bool:
    """False: somebody else has erased it meanwhile.

    A session that runs ends at once and nothing of it is kept. Raises StorageError and OSError;
    Unavailable too when it runs and does not end in time.
    """
    storage = registry.parts.storage
    await _due(storage, session, now)
    done("due")
    await _cancel(storage, session, now)
    done("cancelled")
    await registry.drop(session)
    done("dropped")
    objects = await delete_objects(storage, session)
    done("objects")
    await registry.parts.journals.remove(session.id)
    done("journal")
    erased = await _rows(storage, session, actor, {"why": why, "objects": objects}, now)
    done("rows")
    return erased


async def _due(storage: Storage, session: Session, now: datetime) -> None:
    """Should we be killed, the next sweep goes on."""
    if session.state in KEPT:
        until = now - timedelta(seconds=1)
        try:
            await storage.sessions.update(
                session.owner, session.id, recording_until=until, transcript_until=until
            )
        except Missing:
            return


async def _cancel(storage: Storage, session: Session, now: datetime) -> None:
    for job in await storage.jobs.of_session(session.id):
        if job.status not in ENDS:
            try:
                async with storage.together() as tables:
                    await tell_job(tables, await tables.jobs.cancel(job.owner, job.id, now), now)
            except (Conflict, Missing):
                continue  # it ended meanwhile


async def delete_objects(storage: Storage, session: Session) -> int:
    """All that the rows name and all under the session's own prefix; how many there were."""
    named = {artifact.key for artifact in await storage.artifacts.list(session.id)}
    if session.upload:
        named.add(session.upload.key)
    there = await storage.objects.list(f"{session.owner}/{session.id}/")
    keys = sorted(named.union(there))
    await storage.objects.delete_many(keys)
    return len(keys)


async def _rows(
    storage: Storage, session: Session, actor: str, facts: dict[str, object], now: datetime
) -> bool:
    async with storage.together() as tables:
        if not await tables.sessions.erase(session.owner, session.id):
            return False
        entry = Audit(
            at=now,
            actor=actor,
            action="erased",
            owner=session.owner,
            session=session.id,
            facts=facts,
        )
        await tables.audits.add(entry)
        await tell_session(tables, replace(session, state=State.PURGED), now)
    return True
