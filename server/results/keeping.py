"""What is left of a session, live or uploaded, when it is over: objects, their rows, its last move.

Where the recording and the segments come from is not known here. Every step may be repeated.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from inference.types import SAMPLE_RATE
from server.results.formats import MEDIA_TYPES, About, render
from server.results.layout import Line
from server.settings import RetentionSettings
from server.webhooks.telling import tell_session
from storage.open import Tables
from storage.ports import Objects
from storage.records import Artifact, Blob, Segment, Session, State


async def recording(objects: Objects, session: Session, path: Path) -> tuple[Artifact, ...]:
    """The file as an object; none when there is no file, because nothing was heard."""
    if not await asyncio.to_thread(path.exists):
        return ()
    key = f"{session.owner}/{session.id}/recording.flac"
    return (_artifact(session, "recording", await objects.put_file(key, path, "audio/flac")),)


async def transcripts(
    objects: Objects, session: Session, segments: Sequence[Segment], beside: str = ""
) -> tuple[Artifact, ...]:
    """The transcript in every format, each an object.

    beside: a folder ending with a slash, where those that are there are to stay for now.
    """
    about = About(session.id, session.duration / SAMPLE_RATE, session.language, session.model)
    lines = [line(segment) for segment in segments]
    made = []
    for kind, media in MEDIA_TYPES.items():
        text = await asyncio.to_thread(render, kind, lines, about)
        key = f"{session.owner}/{session.id}/{beside}transcript.{kind}"
        blob = await objects.put_bytes(key, text.encode(), media)
        made.append(_artifact(session, f"transcript.{kind}", blob))
    return tuple(made)


async def end(
    tables: Tables,
    session: Session,
    artifacts: Sequence[Artifact],
    keep: RetentionSettings,
    now: datetime,
    error: str | None = None,
) -> Session:
    """The session is READY, or FAILED with an error, and its owner is told. In one `together`.

    Also what is kept for no time at all is there until the next sweep: it is delivered once.
    """
    for artifact in artifacts:
        await tables.artifacts.put(artifact)
    recording_until, transcript_until = kept(session, keep, now)
    ready = error is None
    ended = await tables.sessions.move(
        session.id,
        State.READY if ready else State.FAILED,
        error=error,
        ready_at=now if ready else None,
        expires_at=now + timedelta(seconds=keep.editing) if ready else None,
        recording_until=recording_until,
        transcript_until=transcript_until,
    )
    await tell_session(tables, ended, now)
    return ended


def kept(session: Session, keep: RetentionSettings, now: datetime) -> tuple[datetime, datetime]:
    """Until when recording and transcript are kept: as the session asked, or by default."""
    asked = session.retention
    recording = keep.recording if asked.recording is None else asked.recording
    transcript = keep.transcript if asked.transcript is None else asked.transcript
    return now + timedelta(seconds=recording), now + timedelta(seconds=transcript)


def line(segment: Segment) -> Line:
    """A stored segment as a line of a transcript. One that was corrected has no words."""
    return Line(
        start=segment.start / SAMPLE_RATE,
        end=segment.end / SAMPLE_RATE,
        text=segment.text,
        words=tuple(
            (word.text, word.start / SAMPLE_RATE, word.end / SAMPLE_RATE, word.probability)
            for word in segment.words
        ),
        speaker=segment.speaker,
        language=segment.language,
    )


def _artifact(session: Session, name: str, blob: Blob) -> Artifact:
    return Artifact(
        session=session.id,
        name=name,
        key=blob.key,
        content_type=blob.content_type,
        bytes=blob.bytes,
        sha256=blob.sha256,
    )
