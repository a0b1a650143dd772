"""What is kept of a session: its record, its segments, its files. Thin: look up, render."""

import asyncio
from typing import Annotated, Any

from litestar import Response, get
from litestar.datastructures import State
from litestar.exceptions import HTTPException, NotFoundException
from litestar.params import FromPath, HeaderParameter
from litestar.response import Stream

from inference.types import SAMPLE_RATE
from server.finalize import line
from server.formats import MEDIA_TYPES, About, render
from server.parts import OWNER
from server.routes.ranges import Part, Unsatisfiable, wanted
from storage.open import Storage
from storage.records import Artifact, Session


@get("/v1/sessions/{session_id:str}")
async def one(session_id: FromPath[str], state: State) -> dict[str, Any]:
    storage, session = await _found(state, session_id)
    artifacts = await storage.artifacts.list(session.id)
    return {
        "id": session.id,
        "kind": session.kind,
        "state": session.state.value,
        "protocol": session.protocol,
        "created_at": session.created_at.isoformat(),
        "ended_at": session.ended_at and session.ended_at.isoformat(),
        "options": session.options,
        "duration": session.duration / SAMPLE_RATE,
        "language": session.language,
        "model": session.model,
        "room": session.room,
        "error": session.error,
        "artifacts": [_artifact(artifact) for artifact in artifacts],
    }


@get("/v1/sessions/{session_id:str}/exports/{kind:str}")
async def export(session_id: FromPath[str], kind: FromPath[str], state: State) -> Response[bytes]:
    """Rendered from the segments as they are now."""
    storage, session = await _found(state, session_id)
    form = next((known for known in MEDIA_TYPES if known == kind), None)
    if form is None:
        raise NotFoundException(f"no export {kind!r}; there are {', '.join(MEDIA_TYPES)}")
    lines = [line(segment) for segment in await storage.segments.list(session.id)]
    about = About(session.id, session.duration / SAMPLE_RATE, session.language, session.model)
    text = await asyncio.to_thread(render, form, lines, about)
    return Response(text.encode(), media_type=_bare(MEDIA_TYPES[form]))


@get("/v1/sessions/{session_id:str}/recording")
async def recording(
    session_id: FromPath[str],
    state: State,
    range_header: Annotated[str | None, HeaderParameter(name="range")],
) -> Stream:
    """The FLAC file, or the part of it that a `Range` header asks for."""
    storage, session = await _found(state, session_id)
    artifacts = await storage.artifacts.list(session.id)
    artifact = next((each for each in artifacts if each.name == "recording"), None)
    if artifact is None or await storage.objects.stat(artifact.key) is None:
        raise NotFoundException("no recording is stored")
    try:
        part = wanted(range_header, artifact.bytes)
    except Unsatisfiable as error:
        whole = {"content-range": f"bytes */{artifact.bytes}"}
        raise HTTPException(str(error), status_code=416, headers=whole) from None
    return _stream(storage, artifact, part)


def _stream(storage: Storage, artifact: Artifact, part: Part | None) -> Stream:
    headers = {"accept-ranges": "bytes", "content-length": str(artifact.bytes)}
    if part is None:
        pieces = storage.objects.open(artifact.key)
        return Stream(pieces, headers=headers, media_type=artifact.content_type)
    last = part.start + part.length - 1
    headers["content-length"] = str(part.length)
    headers["content-range"] = f"bytes {part.start}-{last}/{artifact.bytes}"
    pieces = storage.objects.open(artifact.key, part.start, part.length)
    return Stream(pieces, headers=headers, media_type=artifact.content_type, status_code=206)


def _bare(media: str) -> str:
    """Litestar says the character set itself."""
    return media.partition(";")[0]


async def _found(state: State, id: str) -> tuple[Storage, Session]:
    storage: Storage = state.registry.parts.storage
    session = await storage.sessions.get(OWNER, id)
    if session is None:
        raise NotFoundException("no such session")
    return storage, session


def _artifact(artifact: Artifact) -> dict[str, Any]:
    return {
        "name": artifact.name,
        "key": artifact.key,
        "content_type": artifact.content_type,
        "bytes": artifact.bytes,
        "sha256": artifact.sha256,
    }


ROUTES = (one, export, recording)
