"""A job's life as a table, what a failure leads to, and where a job takes its session.

Pure: the queue itself is in `postgres`.

`python -m storage.jobs` draws it.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from storage.lifecycle import UNFINISHED
from storage.records import Session, State, Status

NEXT: dict[Status, tuple[Status, ...]] = {
    Status.QUEUED: (Status.PROCESSING, Status.CANCELLED),
    Status.PROCESSING: (
        Status.COMPLETED,
        Status.QUEUED,  # once more: it failed, its worker was lost, or gives it back
        Status.FAILED,
        Status.DEAD,
        Status.CANCELLED,
    ),
    Status.COMPLETED: (),
    Status.FAILED: (),
    Status.DEAD: (Status.QUEUED,),  # replayed
    Status.CANCELLED: (),
}

ENDS = tuple(status for status in Status if status not in (Status.QUEUED, Status.PROCESSING))
"""Of these nothing more is heard, unless somebody replays a dead one."""


class Patience(Struct, frozen=True):
    """How often something is tried, and how many seconds it waits after the first time, and at
    most."""

    attempts: int
    first: float
    longest: float


WORK = Patience(5, 2.0, 300.0)
"""A job, those times included when its worker was lost."""

TELLING = Patience(12, 5.0, 3600.0)
"""A delivery to a webhook, whose server may be away for hours."""


def pause(patience: Patience, attempts: int, jitter: float) -> timedelta:
    """How long to wait after so many attempts: twice as long each time, and half of it by chance.

    jitter: drawn evenly from 0..1, so that what failed together does not come back together.
    """
    longest = min(patience.longest, patience.first * 2 ** (attempts - 1))
    return timedelta(seconds=longest * (1 + jitter) / 2)


def after_failure(
    patience: Patience, attempts: int, retry: bool, now: datetime, jitter: float
) -> tuple[Status, datetime]:
    """What a failure leads to after so many attempts, and since or from when.

    retry: whether it may pass another time; what the input is to blame for does not.
    """
    if not retry:
        return Status.FAILED, now
    if attempts >= patience.attempts:
        return Status.DEAD, now
    return Status.QUEUED, now + pause(patience, attempts, jitter)


def session_after(session: Session, status: Status) -> State | None:
    """Where the upload goes whose job has come to this status; None: it stays where it is.

    The good end is not here: who finishes the job says what was made. One that is ready, and
    is heard once more, stays so whatever comes of it, and a live session has another life.
    """
    if session.kind != "upload":
        return None
    match status:
        case Status.QUEUED if session.state in (*UNFINISHED, State.FAILED):
            return State.QUEUED
        case Status.FAILED | Status.DEAD | Status.CANCELLED if session.state in (
            State.QUEUED,
            *UNFINISHED,
        ):
            return State.FAILED
    return None


def before(to: Status) -> tuple[Status, ...]:
    """The statuses from which a job may come to `to`."""
    return tuple(status for status, nexts in NEXT.items() if to in nexts)


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    moves = [(status.value, to.value) for status, nexts in NEXT.items() for to in nexts]
    lines = [f"    {status} --> {to}" for status, to in moves]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {Status.QUEUED.value}", *lines])


if __name__ == "__main__":
    print(diagram())
