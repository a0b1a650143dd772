"""What is to expire and to go, in Postgres.

Objects are deleted by whoever asks, before the rows that know of them: the rows that are due stay
locked until then, so that a second sweep takes others.
"""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from storage.database import Database, queries
from storage.postgres.rows import record, records
from storage.records import Due, Session

SQL = queries("sweep")


class PostgresSweep:
    """The port `Sweep`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def expire(self, now: datetime, limit: int) -> Sequence[Session]:
        return records(await self._database.rows(SQL["expire"], now, limit), Session)

    async def due_uploads(self, now: datetime, limit: int) -> Sequence[Due]:
        return _due(await self._database.rows(SQL["due_uploads"], now, limit))

    async def due_recordings(self, now: datetime, limit: int) -> Sequence[Due]:
        return _due(await self._database.rows(SQL["due_recordings"], now, limit))

    async def due_transcripts(self, now: datetime, limit: int) -> Sequence[Due]:
        return _due(await self._database.rows(SQL["due_transcripts"], now, limit))

    async def forget_recordings(self, ids: Sequence[str]) -> Sequence[Session]:
        return await self._forget("forget_recordings", ids)

    async def forget_transcripts(self, ids: Sequence[str]) -> Sequence[Session]:
        return await self._forget("forget_transcripts", ids)

    async def decide(
        self, now: datetime, editing: int, recording: int, transcript: int, limit: int
    ) -> int:
        lengths = (float(editing), float(recording), float(transcript))
        return len(await self._database.rows(SQL["decide"], now, *lengths, limit))

    async def forget_jobs(self, before: datetime, limit: int) -> int:
        return len(await self._database.rows(SQL["forget_jobs"], before, limit))

    async def forget_deliveries(self, before: datetime, limit: int) -> int:
        return len(await self._database.rows(SQL["forget_deliveries"], before, limit))

    async def forget_audits(self, before: datetime, limit: int) -> int:
        return len(await self._database.rows(SQL["forget_audits"], before, limit))

    async def _forget(self, query: str, ids: Sequence[str]) -> Sequence[Session]:
        async with self._database.together() as rows:
            await rows.rows(SQL[query], list(ids))
            return records(await rows.rows(SQL["purge"], list(ids)), Session)


def _due(rows: Sequence[asyncpg.Record]) -> tuple[Due, ...]:
    return tuple(Due(record(row, Session), tuple(row["keys"])) for row in rows)
