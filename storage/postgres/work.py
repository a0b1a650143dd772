"""The queue of jobs as a worker sees it, in Postgres.

Who claims takes the next row that nobody else is taking (FOR UPDATE SKIP LOCKED). What a worker
says of a job counts only while it still has it, in the very attempt that it speaks of.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from storage.database import Database, queries
from storage.jobs import WORK, after_failure
from storage.postgres.pairs import paired
from storage.postgres.rows import record
from storage.records import Job, Queue, Status

SQL = queries("work")

LOST = {"code": "worker_lost", "message": "the worker was not heard of any more"}


class PostgresWork:
    """The port `Work`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, queues: Sequence[Queue], worker: str, now: datetime) -> Job | None:
        row = await self._database.row(SQL["claim"], list(queues), worker, now)
        return record(row, Job) if row else None

    async def heartbeat(self, worker: str, ids: Sequence[str], now: datetime) -> frozenset[str]:
        rows = await self._database.rows(SQL["heartbeat"], worker, list(ids), now)
        return frozenset(row["id"] for row in rows)

    async def progress(
        self, job: Job, worker: str, stage: str, progress: float, now: datetime
    ) -> bool:
        return await self._said("progress", job, worker, stage, progress, now)

    async def finish(self, job: Job, worker: str, now: datetime) -> bool:
        return await self._said("finish", job, worker, now)

    async def release(self, job: Job, worker: str, now: datetime) -> bool:
        async with paired(self._database, job.id) as pair:
            row = await pair.rows.row(SQL["release"], job.id, worker, job.attempts, now)
            if row is not None:
                await pair.follow(record(row, Job), now)
        return row is not None

    async def _said(self, query: str, job: Job, worker: str, *values: object) -> bool:
        row = await self._database.row(SQL[query], job.id, worker, job.attempts, *values)
        return row is not None

    async def fail(
        self,
        job: Job,
        worker: str,
        error: dict[str, Any],
        *,
        retry: bool,
        now: datetime,
        jitter: float,
    ) -> Job | None:
        end = after_failure(WORK, job.attempts, retry, now, jitter)
        return await self._failed(job, worker, error, end, now)

    async def _failed(
        self,
        job: Job,
        worker: str,
        error: dict[str, Any],
        end: tuple[Status, datetime],
        now: datetime,
        silent_since: datetime | None = None,
    ) -> Job | None:
        fence = (job.id, worker, job.attempts)
        async with paired(self._database, job.id) as pair:
            row = await pair.rows.row(
                SQL["fail"], *fence, end[0].value, error, end[1], silent_since
            )
            after = record(row, Job) if row else None
            if after is not None:
                await pair.follow(after, now)
        return after

    async def reap(
        self, silent_since: datetime, now: datetime, jitter: Callable[[], float], limit: int = 100
    ) -> Sequence[Job]:
        reaped = []
        for row in await self._database.rows(SQL["lost"], silent_since, limit):
            job, worker = record(row, Job), row["worker"]
            end = after_failure(WORK, job.attempts, True, now, jitter())
            if after := await self._failed(job, worker, LOST, end, now, silent_since):
                reaped.append(after)
        return tuple(reaped)
