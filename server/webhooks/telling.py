"""What happened to a session or a job as an event for its owner's webhooks. Sends nothing.

Called inside `Storage.together()` where the state changes, so that event and change are both
there or neither. The id follows from what happened: told twice, it is delivered once.
"""

import hashlib
from datetime import datetime
from typing import Any

from inference.types import SAMPLE_RATE
from storage.open import Tables
from storage.records import Job, Session, State, Status

SESSIONS: dict[State, str] = {
    State.READY: "session.ready",
    State.FAILED: "session.failed",
    State.EXPIRED: "session.expired",
    State.PURGED: "session.deleted",
}
JOBS: dict[Status, str] = {
    Status.COMPLETED: "job.completed",
    Status.FAILED: "job.failed",
    Status.DEAD: "job.dead",
    Status.CANCELLED: "job.cancelled",
}
EVENTS = (*SESSIONS.values(), *JOBS.values())
"""All that a webhook may ask for."""


async def tell_session(tables: Tables, session: Session, now: datetime) -> None:
    """The session as it is after the change. States that nobody is told of are passed over.

    A session that becomes READY, EXPIRED or FAILED once more is another event.
    """
    event = SESSIONS.get(session.state)
    if event is None:
        return
    times = (session.ready_at, session.expires_at, session.ended_at)
    facts = () if session.state is State.PURGED else times
    id = event_id(event, session.id, *facts)
    data = _session(session)
    await tables.deliveries.enqueue(id, session.owner, event, body(id, event, data, now), now)


async def tell_job(tables: Tables, job: Job, now: datetime) -> None:
    """The job as it is after the change. Only ends are told; a replayed job may have two."""
    event = JOBS.get(job.status)
    if event is None:
        return
    id = event_id(event, job.id, job.started_at)
    data = {
        "job_id": job.id,
        "session_id": job.session,
        "kind": job.kind,
        "status": job.status.value,
        "attempts": job.attempts,
        "error": job.error,
    }
    await tables.deliveries.enqueue(id, job.owner, event, body(id, event, data, now), now)


def body(id: str, event: str, data: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What is sent; without a word of any transcript."""
    return {"type": event, "id": id, "created_at": now.isoformat(), "data": data}


def event_id(event: str, *facts: object) -> str:
    """The same for the same facts. Without a dot, which the signature separates by."""
    told = "\0".join([event, *map(str, facts)])
    return f"evt_{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def _session(session: Session) -> dict[str, Any]:
    named = {"session_id": session.id, "kind": session.kind, "state": session.state.value}
    if session.state is State.PURGED:
        return named
    return {
        **named,
        "duration": session.duration / SAMPLE_RATE,
        "language": session.language,
        "error": session.error,
        "expires_at": session.expires_at and session.expires_at.isoformat(),
    }
