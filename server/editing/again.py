"""A session that is heard once more: with what, by which job, and what becomes of it. Pure."""

from datetime import datetime
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from server.editing.requests import Again
from server.uploads.options import Wishes
from server.work.queues import queue_of
from storage.records import Job, Session


def wished(session: Session, again: Again) -> Wishes:
    """Not checked. What is not asked for is as it was asked for before."""
    before = session.options.get("language")
    return Wishes(
        model=session.model if again.model is UNSET else again.model,
        language=before if again.language is UNSET else again.language,
    )


def job_of(id: str, session: Session, wishes: Wishes, now: datetime) -> Job:
    """wishes: checked."""
    model = wishes.model or session.model
    return Job(
        id=id,
        owner=session.owner,
        session=session.id,
        kind="transcribe",
        queue=queue_of(model),
        created_at=now,
        options={"model": model, "language": wishes.language},
    )


def asked(session: Session, job: Job) -> Session:
    """The session as the job is to hear it."""
    asked: dict[str, Any] = {**session.options, **job.options}
    if "model" not in job.options:
        return session
    return replace(session, model=job.options["model"], options=asked)
