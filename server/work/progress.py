"""How far a job is, and how long it may still take. Pure: guesses from what was seen so far."""

from datetime import datetime

from storage.records import Job, Status

STAGES = {"fetching": (0.0, 0.02), "transcribing": (0.02, 0.98), "storing": (0.98, 1.0)}
"""The stages of a job in their order, and which part of its progress each of them is."""

SURE = 0.03  # progress before which its speed says nothing


def fraction(stage: str, share: float) -> float:
    """The progress of a job, 0..1, of which `share` (0..1) of this stage is done."""
    begin, end = STAGES[stage]
    return begin + (end - begin) * min(max(share, 0.0), 1.0)


def seconds_left(
    job: Job,
    now: datetime,
    position: int | None = None,
    pace: float | None = None,
    at_once: int = 1,
) -> float | None:
    """Seconds until the job has ended, as far as one can tell; None: one cannot, or it has.

    position: how many wait before it. pace: seconds that a job of its queue took lately.
    at_once: how many of them are done at a time.
    """
    if job.status is Status.PROCESSING:
        return _running(job, now, pace)
    if job.status is not Status.QUEUED or position is None or pace is None:
        return None
    return pace * (1 + position / max(at_once, 1))


def _running(job: Job, now: datetime, pace: float | None) -> float | None:
    """By its own speed; by that of others as long as it has hardly begun."""
    spent = max((now - job.started_at).total_seconds(), 0.0) if job.started_at else 0.0
    if job.progress >= SURE:
        return spent * (1 - job.progress) / job.progress
    return None if pace is None else max(pace - spent, 0.0)
