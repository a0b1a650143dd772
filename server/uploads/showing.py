"""A job as its owner is shown it, with its place in the queue and how long it may still take."""

from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from server.work.progress import seconds_left
from storage.ports import Jobs
from storage.records import Job, JobKind, Queue, Status


class JobView(Struct, frozen=True, kw_only=True):
    """position: how many wait before it, of one that waits and is asked for alone.

    progress: 0..1. eta: seconds; None: nobody can tell. error: {code, message, ...} of the last
    failure. version: counts the changes.
    """

    id: str
    session_id: str
    kind: JobKind
    queue: Queue
    status: Status
    stage: str
    progress: float
    attempts: int
    error: dict[str, Any] | None
    position: int | None
    eta: float | None
    version: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


def plain(job: Job, position: int | None = None, eta: float | None = None) -> JobView:
    return JobView(
        id=job.id,
        session_id=job.session,
        kind=job.kind,
        queue=job.queue,
        status=job.status,
        stage=job.stage,
        progress=round(job.progress, 4),
        attempts=job.attempts,
        error=job.error,
        position=position,
        eta=None if eta is None else round(eta, 1),
        version=job.version,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
    )


async def whole(jobs: Jobs, job: Job) -> JobView:
    """Raises Unavailable."""
    if job.status not in (Status.QUEUED, Status.PROCESSING):
        return plain(job)
    position = await jobs.position(job.id) if job.status is Status.QUEUED else None
    pace = await jobs.pace(job.queue)
    return plain(job, position, seconds_left(job, datetime.now(UTC), position, pace))
