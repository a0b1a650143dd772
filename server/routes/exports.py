"""Files of a session: its text as it is now, and its recording. Thin: look up, render, stream."""

import asyncio
from typing import Annotated

from litestar import Response, get
from litestar.datastructures import State
from litestar.enums import HttpMethod
from litestar.handlers import route
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, HeaderParameter
from litestar.response import Stream

from inference.types import SAMPLE_RATE
from server.editing import decisions, etags
from server.results.formats import MEDIA_TYPES, About, render
from server.results.keeping import line
from server.routes.lookup import found, parts_of
from server.routes.parameters import only
from server.routes.problems import Problem, Unchanged, answers
from server.routes.ranges import Part, Unsatisfiable, wanted
from storage.open import Storage
from storage.records import Artifact

Range = Annotated[str | None, HeaderParameter(name="range")]
IfRange = Annotated[str | None, HeaderParameter(name="if-range")]
IfNoneMatch = Annotated[str | None, HeaderParameter(name="if-none-match")]

PARTS = {
    206: ResponseSpec(
        bytes,
        generate_examples=False,
        description="The part asked for.",
        media_type="audio/flac",
    ),
    304: ResponseSpec(None, description="What the client has already."),
}


@get(
    "/v1/sessions/{session_id:str}/exports/{kind:str}",
    before_request=only(),
    responses=answers(404, 410),
)
async def export(session_id: FromPath[str], kind: FromPath[str], state: State) -> Response[bytes]:
    """Rendered from the segments as they are now, corrections and all."""
    storage = parts_of(state).storage
    session = await found(storage, session_id)
    form = next((known for known in MEDIA_TYPES if known == kind), None)
    if form is None:
        there = ", ".join(MEDIA_TYPES)
        raise Problem(404, "unknown_export", f"no export {kind[:40]!r}; there are {there}")
    if decisions.transcript_gone(session):
        raise decisions.gone("transcript")
    lines = [line(segment) for segment in await storage.segments.list(session.id)]
    about = About(session.id, session.duration / SAMPLE_RATE, session.language, session.model)
    text = await asyncio.to_thread(render, form, lines, about)
    return Response(text.encode(), media_type=_bare(MEDIA_TYPES[form]))


@route(
    "/v1/sessions/{session_id:str}/recording",
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
    before_request=only(),
    status_code=200,
    media_type="audio/flac",
    responses=answers(404, 410, 416) | PARTS,
)
async def recording(
    session_id: FromPath[str],
    state: State,
    range_header: Range = None,
    if_range: IfRange = None,
    seen: IfNoneMatch = None,
) -> Stream:
    """The FLAC file, or the part of it that a `Range` header asks for. Its tag is its SHA-256."""
    storage = parts_of(state).storage
    artifact = await _recording(storage, session_id)
    tag = f'"{artifact.sha256}"'
    if etags.known(seen, tag):
        raise Unchanged(tag)
    try:
        part = wanted(range_header if etags.ranged(if_range, tag) else None, artifact.bytes)
    except Unsatisfiable as error:
        whole = {"content-range": f"bytes */{artifact.bytes}"}
        raise Problem(416, "range_not_satisfiable", str(error), headers=whole) from None
    return _stream(storage, artifact, part, {"etag": tag, "accept-ranges": "bytes"})


def _stream(
    storage: Storage, artifact: Artifact, part: Part | None, headers: dict[str, str]
) -> Stream:
    if part is None:
        headers["content-length"] = str(artifact.bytes)
        pieces = storage.objects.open(artifact.key)
        return Stream(pieces, headers=headers, media_type=artifact.content_type)
    last = part.start + part.length - 1
    headers["content-length"] = str(part.length)
    headers["content-range"] = f"bytes {part.start}-{last}/{artifact.bytes}"
    pieces = storage.objects.open(artifact.key, part.start, part.length)
    return Stream(pieces, headers=headers, media_type=artifact.content_type, status_code=206)


async def _recording(storage: Storage, session_id: str) -> Artifact:
    session = await found(storage, session_id)
    if decisions.recording_gone(session):
        raise decisions.gone("recording")
    artifacts = await storage.artifacts.list(session.id)
    artifact = next((each for each in artifacts if each.name == "recording"), None)
    if artifact is None or await storage.objects.stat(artifact.key) is None:
        raise Problem(404, "no_recording", "no recording is stored")
    return artifact


def _bare(media: str) -> str:
    """Litestar says the character set itself."""
    return media.partition(";")[0]


ROUTES = (export, recording)
