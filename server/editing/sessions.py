"""A session as clients see it. Pure; times are aware, lengths are seconds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from inference.types import SAMPLE_RATE
from storage.records import Artifact, Job, Session


class RetentionView(Struct, frozen=True, kw_only=True):
    """recording, transcript: seconds that were asked for; null: this server's default."""

    recording_until: datetime | None
    transcript_until: datetime | None
    hold: bool
    recording: int | None
    transcript: int | None


class ArtifactView(Struct, frozen=True, kw_only=True):
    """As it was delivered; the exports are what the segments say now. key: in the object store."""

    name: str
    key: str
    content_type: str
    bytes: int
    sha256: str


class SessionFacts(Struct, frozen=True, kw_only=True):
    id: str
    kind: str
    owner: str
    state: str
    protocol: str
    created_at: datetime
    ended_at: datetime | None
    ready_at: datetime | None
    expires_at: datetime | None
    options: dict[str, Any]
    duration: float
    language: str | None
    model: str
    room: str | None
    filename: str | None
    error: str | None
    retention: RetentionView


class SessionView(SessionFacts, frozen=True, kw_only=True):
    """jobs: the ids of those that made it, oldest first."""

    artifacts: list[ArtifactView]
    jobs: list[str]


class SessionList(Struct, frozen=True, kw_only=True):
    """Newest first. cursor: asks for those after them; null: there are none."""

    sessions: list[SessionFacts]
    cursor: str | None


def facts(session: Session) -> SessionFacts:
    return SessionFacts(**_facts(session))


def view(session: Session, artifacts: Sequence[Artifact], jobs: Sequence[Job]) -> SessionView:
    return SessionView(
        **_facts(session),
        artifacts=[_artifact(each) for each in artifacts],
        jobs=[job.id for job in jobs],
    )


def _facts(session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "kind": session.kind,
        "owner": session.owner,
        "state": session.state.value,
        "protocol": session.protocol,
        "created_at": session.created_at,
        "ended_at": session.ended_at,
        "ready_at": session.ready_at,
        "expires_at": session.expires_at,
        "options": session.options,
        "duration": session.duration / SAMPLE_RATE,
        "language": session.language,
        "model": session.model,
        "room": session.room,
        "filename": session.filename,
        "error": session.error,
        "retention": _retention(session),
    }


def _retention(session: Session) -> RetentionView:
    return RetentionView(
        recording_until=session.recording_until,
        transcript_until=session.transcript_until,
        hold=session.hold,
        recording=session.retention.recording,
        transcript=session.retention.transcript,
    )


def _artifact(artifact: Artifact) -> ArtifactView:
    return ArtifactView(
        name=artifact.name,
        key=artifact.key,
        content_type=artifact.content_type,
        bytes=artifact.bytes,
        sha256=artifact.sha256,
    )
