"""Makes the recording and the transcript of a session whose audio has ended.

Every step may be repeated: what is done again is done the same, and what is in
the spool, which says that a session is not finished, goes last.
"""

import asyncio
from collections.abc import Container
from datetime import UTC, datetime

from inference.types import SAMPLE_RATE
from server.formats import MEDIA_TYPES, About, render
from server.layout import Line
from server.logs import logger
from server.parts import OWNER
from server.spool import Spool
from storage.open import Storage
from storage.records import Artifact, Blob, Segment, Session, State

log = logger("finalize")


async def finalize(
    storage: Storage, session: str, spool: Spool, error: str | None = None
) -> Session:
    """Recording and transcript into the store, and the session is READY; FAILED with an error."""
    if kept := await asyncio.to_thread(spool.kept, session):
        await storage.segments.put(session, kept)
    record = await storage.sessions.move(session, State.FINALIZING, ended_at=datetime.now(UTC))
    path = spool.recording(session)
    if await asyncio.to_thread(path.exists):
        key = f"{record.owner}/{session}/recording.flac"
        blob = await storage.objects.put_file(key, path, "audio/flac")
        await _keep(storage, session, "recording", blob)
    await _write_up(storage, record)
    end = State.READY if error is None else State.FAILED
    record = await storage.sessions.move(session, end, error=error)
    await asyncio.to_thread(spool.remove, session)
    return record


async def recover(storage: Storage, spool: Spool, running: Container[str] = ()) -> int:
    """Finish what was left in the spool, by a server that was killed or while the database was
    away; returns how many sessions. Those that run are let alone."""
    left = await asyncio.to_thread(spool.sessions)
    if all(id in running for id in left):
        return 0
    unfinished = {record.id: record for record in await storage.sessions.unfinished()}
    done = 0
    for id in sorted(left):
        if id in running:
            continue
        if record := unfinished.get(id):
            done += await _recovered(storage, spool, record)
        else:
            await _swept(storage, spool, id)
    return done


async def _swept(storage: Storage, spool: Spool, id: str) -> None:
    """Remove what is left of a session that is finished, or that never began."""
    record = await storage.sessions.get(OWNER, id)
    if record is not None or await asyncio.to_thread(spool.empty, id):
        await asyncio.to_thread(spool.remove, id)
    else:
        log.warning("recording of an unknown session in the spool", session=id)


async def _recovered(storage: Storage, spool: Spool, record: Session) -> bool:
    try:
        await _tell_end(storage, spool, record)
        await finalize(storage, record.id, spool)
    except Exception as error:  # of this session; the others are to be recovered all the same
        log.error("session not recovered", session=record.id, exc_info=error)
        return False
    return True


async def _tell_end(storage: Storage, spool: Spool, record: Session) -> None:
    """The recording made whole, and what can be known of the session from what it left."""
    length = await asyncio.to_thread(spool.rescue, record.id)
    if record.state is not State.OPEN:
        return
    kept = await asyncio.to_thread(spool.kept, record.id)
    segments = [*await storage.segments.list(record.id), *kept]
    heard = max((segment.end for segment in segments), default=0)
    language = next((it.language for it in reversed(segments) if it.language), None)
    await storage.sessions.move(
        record.id, State.DRAINING, duration=max(heard, length or 0), language=language
    )


async def _write_up(storage: Storage, record: Session) -> None:
    """The transcript in every format."""
    segments = await storage.segments.list(record.id)
    about = About(record.id, record.duration / SAMPLE_RATE, record.language, record.model)
    lines = [line(segment) for segment in segments]
    for kind, media in MEDIA_TYPES.items():
        text = await asyncio.to_thread(render, kind, lines, about)
        key = f"{record.owner}/{record.id}/transcript.{kind}"
        blob = await storage.objects.put_bytes(key, text.encode(), media)
        await _keep(storage, record.id, f"transcript.{kind}", blob)


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
