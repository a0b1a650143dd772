"""Makes the recording and the transcript of a session whose audio has ended.

Every step may be repeated: what is done again is done the same, and the spool
file, which says that a session is not finished, goes last.
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from inference.types import SAMPLE_RATE
from server.formats import MEDIA_TYPES, About, render
from server.layout import Line
from server.logs import logger
from storage.errors import StorageError
from storage.open import Storage
from storage.recorder import part_of, salvage
from storage.records import Artifact, Blob, Segment, Session, State

log = logger("finalize")


def spooled(spool: Path, session: str) -> Path:
    """Where the recording of a session is before it is stored."""
    return spool / f"{session}.flac"


async def finalize(storage: Storage, session: str, spool: Path) -> Session:
    """Recording and transcript into the store; the session is READY after it."""
    record = await storage.sessions.move(session, State.FINALIZING, ended_at=datetime.now(UTC))
    path = spooled(spool, session)
    if await asyncio.to_thread(path.exists):
        key = f"{record.owner}/{session}/recording.flac"
        blob = await storage.objects.put_file(key, path, "audio/flac")
        await _keep(storage, session, "recording", blob)
    segments = await storage.segments.list(session)
    about = About(session, record.duration / SAMPLE_RATE, record.language, record.model)
    lines = [line(segment) for segment in segments]
    for kind, media in MEDIA_TYPES.items():
        text = await asyncio.to_thread(render, kind, lines, about)
        key = f"{record.owner}/{session}/transcript.{kind}"
        blob = await storage.objects.put_bytes(key, text.encode(), media)
        await _keep(storage, session, f"transcript.{kind}", blob)
    record = await storage.sessions.move(session, State.READY)
    await asyncio.to_thread(path.unlink, missing_ok=True)
    return record


async def recover(storage: Storage, spool: Path) -> int:
    """Finish what a killed server left in its spool; returns how many sessions.

    The spool is this server's own, so sessions that run on another one are not touched.
    """
    done = 0
    for record in await storage.sessions.unfinished():
        path = spooled(spool, record.id)
        part = part_of(path)
        if not (path.exists() or part.exists()):
            continue
        try:
            await _rescue(storage, record, path, part)
            await finalize(storage, record.id, spool)
            done += 1
        except (StorageError, OSError) as error:
            log.error("session not recovered", session=record.id, error=str(error))
    return done


async def _rescue(storage: Storage, record: Session, path: Path, part: Path) -> None:
    """The torn recording made whole, and what is known of the session said."""
    if await asyncio.to_thread(part.exists):
        await asyncio.to_thread(salvage, part, path)
        await asyncio.to_thread(part.unlink)
    if record.state is State.OPEN:
        segments = await storage.segments.list(record.id)
        duration = max((segment.end for segment in segments), default=0)
        await storage.sessions.move(record.id, State.DRAINING, duration=duration)


async def _keep(storage: Storage, session: str, name: str, blob: Blob) -> None:
    await storage.artifacts.put(
        Artifact(
            session=session,
            name=name,
            key=blob.key,
            content_type=blob.content_type,
            bytes=blob.bytes,
            sha256=blob.sha256,
        )
    )


def line(segment: Segment) -> Line:
    """A stored segment as a line of a transcript."""
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
