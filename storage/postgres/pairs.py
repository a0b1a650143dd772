"""A job and its session, changed together or not at all.

The session is locked before the job, here and wherever else both are changed, so that no two
transactions wait for each other.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from storage.database import Database, queries
from storage.jobs import session_after
from storage.postgres.rows import record
from storage.postgres.sessions import PostgresSessions
from storage.records import Job, Session, State, Status

SQL = queries("jobs")

CANCELLED = "cancelled"
"""The error of a session whose job its owner did not want any more."""


class Pair:
    """Inside `paired`: the tables, and the session as it is until we change it."""

    def __init__(self, rows: Database, session: Session | None) -> None:
        self.rows = rows
        self.session = session

    async def follow(self, job: Job, now: datetime) -> None:
        """The session goes where its job has gone."""
        to = session_after(self.session, job.status) if self.session else None
        if self.session is None or to is None:
            return
        move = PostgresSessions(self.rows).move
        if job.status is Status.CANCELLED:  # what was kept for it goes with the next sweep
            await move(
                self.session.id, to, error=CANCELLED, recording_until=now, transcript_until=now
            )
        elif to is State.FAILED:
            await move(self.session.id, to, error=_reason(job))
        else:
            await move(self.session.id, to)


@asynccontextmanager
async def paired(database: Database, job: str) -> AsyncIterator[Pair]:
    """One transaction, in which nobody else changes the job's session."""
    async with database.together() as rows:
        row = await rows.row(SQL["session_of"], job)
        yield Pair(rows, record(row, Session) if row else None)


def _reason(job: Job) -> str:
    error = job.error or {}
    return str(error.get("message") or error.get("code") or job.status.value)
