"""What is kept of a session: its record, its segments, its files. Thin: look up, render."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from litestar import Response, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.response import Stream

from inference.types import SAMPLE_RATE
from server.finalize import line
from server.formats import MEDIA_TYPES, About, render
from server.registry import OWNER
from storage.open import Storage
from storage.records import Artifact, Session


@get("/v1/sessions/{session_id:str}")
async def one(session_id: str, state: State) -> dict[str, Any]:
    storage, session = await _found(state, session_id)
    artifacts = await storage.artifacts.list(session.id)
    return {
        "id": session.id,
        "kind": session.kind,
        "state": session.state.value,
        "protocol": session.protocol,
        "created_at": session.created_at.isoformat(),
        "options": session.options,
        "duration": session.duration / SAMPLE_RATE,
        "language": session.language,
        "model": session.model,
        "room": session.room,
        "error": session.error,
        "artifacts": [_artifact(artifact) for artifact in artifacts],
    }


@get("/v1/sessions/{session_id:str}/exports/{kind:str}")
async def export(session_id: str, kind: str, state: State) -> Response[bytes]:
    """Rendered from the segments as they are now."""
    storage, session = await _found(state, session_id)
    form = next((known for known in MEDIA_TYPES if known == kind), None)
    if form is None:
        raise NotFoundException(f"no export {kind!r}; there are {', '.join(MEDIA_TYPES)}")
    lines = [line(segment) for segment in await storage.segments.list(session.id)]
    about = About(session.id, session.duration / SAMPLE_RATE, session.language, session.model)
    text = await asyncio.to_thread(render, form, lines, about)
    return Response(text.encode(), media_type=MEDIA_TYPES[form])


@get("/v1/sessions/{session_id:str}/recording")
async def recording(session_id: str, state: State) -> Stream:
    storage, session = await _found(state, session_id)
    for artifact in await storage.artifacts.list(session.id):
        if artifact.name == "recording":
            return Stream(_pieces(storage, artifact), media_type=artifact.content_type)
    raise NotFoundException("no recording is stored")


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


async def _pieces(storage: Storage, artifact: Artifact) -> AsyncIterator[bytes]:
    async for piece in storage.objects.open(artifact.key):
        yield piece


ROUTES = (one, export, recording)
