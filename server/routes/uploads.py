"""Files on their way in. Thin: what may be sent, and what is answered; the rest is in uploads/."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, post, put
from litestar.datastructures import State
from litestar.openapi.spec import (
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    Reference,
    RequestBody,
    Schema,
)
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from msgspec import Struct

from server.editing.sessions import SessionView, view
from server.parts import OWNER
from server.routes.lookup import parts_of
from server.routes.parameters import only
from server.uploads.announced import Announcement
from server.uploads.keys import idempotent
from server.uploads.showing import JobView, plain
from server.uploads.uploads import Uploads
from storage.records import Status

SMALL = 1 << 16  # bytes of an announcement

Key = Annotated[
    str | None,
    HeaderParameter(
        name="idempotency-key",
        description="The same request with the same key gives the same job, however often.",
    ),
]
Asked = Request[Any, Any, Any]


class Queued(Struct, frozen=True):
    job_id: str
    session_id: str
    status: Status


class Put(Struct, frozen=True):
    """The request that brings the file: exactly so, with these headers."""

    method: str
    url: str
    headers: dict[str, str]
    expires_at: datetime


class Announced(SessionView, frozen=True, kw_only=True):
    upload: Put


class Kept(Struct, frozen=True):
    bytes: int
    sha256: str


@post("/v1/sessions", before_request=only(), request_max_body_size=SMALL)
async def announce(data: JSONBody[Announcement], request: Asked, state: State) -> Announced:
    """A session for a file to come, and the request that puts it there."""
    base = parts_of(state).settings.server.public_url or str(request.base_url)
    session, signed = await _uploads(state).announcing.announce(OWNER, data, base)
    put = Put(signed.method, signed.url, signed.headers, signed.expires_at)
    return Announced(**msgspec.structs.asdict(view(session, (), ())), upload=put)


@put(
    "/v1/uploads/{session_id:str}",
    before_request=only("expires", "signature"),
    request_max_body_size=None,
)
async def receive(
    session_id: FromPath[str],
    request: Asked,
    state: State,
    expires: Annotated[int, QueryParameter(ge=0, le=1 << 40)],
    signature: Annotated[str, QueryParameter(max_length=64)],
) -> Kept:
    """The file itself, at the address that was signed for it."""
    kind = request.headers.get("content-type", "")
    blob = await _uploads(state).announcing.put(
        OWNER, session_id, expires, signature, kind, request.receive
    )
    return Kept(blob.bytes, blob.sha256)


@post("/v1/sessions/{session_id:str}/complete", before_request=only(), status_code=202)
async def complete(session_id: FromPath[str], state: State, key: Key = None) -> JobView:
    """The file is there: it is looked into, and its job is queued."""
    job = await _uploads(state).announcing.complete(OWNER, session_id, idempotent(key))
    return plain(job)


@dataclass
class FormBody(Operation):
    """The body is read as it comes, so the framework cannot see from the types what it is."""

    def __post_init__(self) -> None:
        text = Schema(type=OpenAPIType.STRING)
        number = Schema(type=OpenAPIType.INTEGER, minimum=0)
        truth = Schema(type=OpenAPIType.BOOLEAN)
        fields: dict[str, Reference | Schema] = {
            "file": Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY),
            "language": text,
            "model": text,
            "words": truth,
            "task": Schema(type=OpenAPIType.STRING, enum=["transcribe", "translate"]),
            "hotwords": Schema(type=OpenAPIType.ARRAY, items=text),
            "diarize": truth,
            "retention.recording": number,
            "retention.transcript": number,
            "retention.hold": truth,
        }
        schema = Schema(type=OpenAPIType.OBJECT, properties=fields, required=["file"])
        content = {"multipart/form-data": OpenAPIMediaType(schema=schema)}
        self.request_body = RequestBody(content=content, required=True)


@post(
    "/v1/jobs",
    before_request=only(),
    request_max_body_size=None,
    status_code=202,
    operation_class=FormBody,
)
async def take(request: Asked, state: State, key: Key = None) -> Queued:
    """A file and what is wished for, in one form; the fields may come before or after the file."""
    kind, length = request.headers.get("content-type"), request.content_length
    job = await _uploads(state).direct.take(OWNER, kind, length, request.receive, idempotent(key))
    return Queued(job.id, job.session, job.status)


def _uploads(state: State) -> Uploads:
    uploads: Uploads = state.uploads
    return uploads


ROUTES = (announce, receive, complete, take)
