"""Segments and their corrections in Postgres."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from inference.types import Samples
from storage.database import Database, queries
from storage.errors import Conflict, Expired, Missing
from storage.postgres.rows import record, records
from storage.records import Correction, Segment

SQL = queries("segments")


class PostgresSegments:
    """The port `Segments`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, session: str, segments: Sequence[Segment]) -> None:
        if any(segment.session != session for segment in segments):
            raise ValueError(f"a segment that is not of session {session}")
        try:
            await self._database.many(SQL["put"], [(segment,) for segment in segments])
        except asyncpg.ForeignKeyViolationError as error:
            raise Missing(f"no session {session}") from error

    async def replace(self, session: str, segments: Sequence[Segment]) -> None:
        async with self._database.together() as rows:
            await PostgresSegments(rows).put(session, segments)
            await rows.row(SQL["keep_only"], session, [segment.number for segment in segments])

    async def list(self, session: str) -> Sequence[Segment]:
        return records(await self._database.rows(SQL["list"], session), Segment)

    async def between(self, session: str, begin: Samples, end: Samples) -> Sequence[Segment]:
        return records(await self._database.rows(SQL["between"], session, begin, end), Segment)

    async def get(self, session: str, number: int) -> Segment | None:
        row = await self._database.row(SQL["get"], session, number)
        return record(row, Segment) if row else None

    async def correct(
        self,
        session: str,
        number: int,
        revision: int,
        author: str,
        now: datetime,
        *,
        text: str | None = None,
        speaker: str | None = None,
    ) -> Segment:
        async with self._database.together() as rows:
            window = await rows.row(SQL["window"], session, now)
            if window is None:
                raise Missing(f"no session {session}")
            if not window["editable"]:
                raise Expired(f"session {session} cannot be corrected now")
            before = await rows.row(SQL["lock"], session, number)
            if before is None:
                raise Missing(f"no segment {number} in session {session}")
            if before["revision"] != revision:
                raise Conflict(f"segment {number} is at revision {before['revision']}")
            await rows.row(SQL["keep"], session, number, author, now)
            after = await rows.row(SQL["correct"], session, number, text, speaker)
        assert after is not None  # locked above
        return record(after, Segment)

    async def corrections(self, session: str) -> Sequence[Correction]:
        return records(await self._database.rows(SQL["corrections"], session), Correction)
