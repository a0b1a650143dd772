"""Every error of HTTP as problem details (RFC 9457) with a stable `code`.

What is wrong is known by whoever raises; only how it is said is decided here.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import ParameterKwarg
from litestar.types import ExceptionHandlersMap
from msgspec import Struct

from server.logs import logger
from server.request_ids import id_of
from storage.errors import (
    BadCursor,
    Conflict,
    Expired,
    Missing,
    StorageError,
    Taken,
    TooLarge,
    Unavailable,
)
from storage.lifecycle import IllegalMove

log = logger("http")

MEDIA_TYPE = "application/problem+json"
AGAIN = 5  # seconds after which a client may come back for a database or a store

CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    410: "gone",
    412: "precondition_failed",
    413: "too_large",
    415: "unsupported_media_type",
    416: "range_not_satisfiable",
    422: "invalid",
    428: "precondition_required",
    429: "too_many_requests",
    500: "internal",
    503: "unavailable",
}
"""The codes of errors that have no word of their own."""


class Problem(HTTPException):
    """An error that a client is to see. code: a word that programs may rely on."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        """members: what else a program may want to know of it, as JSON."""
        super().__init__(detail=detail, status_code=status, headers=dict(headers or {}))
        self.code = code
        self.members = members


class Unchanged(HTTPException):
    """304: the client has it already. No problem, but an end of the same kind."""

    def __init__(self, tag: str) -> None:
        super().__init__(status_code=304, headers={"etag": tag})


class Details(Struct):
    """RFC 9457, as the schema shows it. There may be more members."""

    type: str
    title: str
    status: int
    code: str
    detail: str


def answers(*statuses: int) -> dict[int, ResponseSpec]:
    """The problems of a route, for the schema; 400 any may have."""
    return {status: _spec(status) for status in (400, *statuses)}


def _spec(status: int) -> ResponseSpec:
    title = HTTPStatus(status).phrase
    return ResponseSpec(Details, generate_examples=False, description=title, media_type=MEDIA_TYPE)


Answer = Response[dict[str, Any]]
Asked = Request[Any, Any, Any]


def rendered(problem: Problem) -> Answer:
    status = problem.status_code
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "code": problem.code}
    body |= {"detail": problem.detail, **problem.members}
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=problem.headers)


def plain(status: int, detail: str) -> Problem:
    """A problem whose code is the usual one of its status."""
    return Problem(status, CODES.get(status, f"status_{status}"), detail)


def stored(error: StorageError) -> Problem:
    """What the storage says, in words for a client; where ours are bare, its own hold secrets."""
    match error:
        case Unavailable():
            later = {"retry-after": str(AGAIN)}
            return Problem(503, "unavailable", "database or store is away", headers=later)
        case Missing():
            return Problem(404, "not_found", "there is no such thing, or not any more")
        case Expired():
            return Problem(409, "session_expired", "the session cannot be corrected now")
        case IllegalMove():
            return Problem(409, "wrong_state", str(error), state=error.now.value)
        case Conflict():
            return Problem(409, "conflict", str(error))
        case Taken():
            return Problem(409, "taken", str(error))
        case TooLarge():
            return Problem(413, "too_large", "more bytes came than are allowed")
        case BadCursor():
            return Problem(400, "bad_cursor", "cursor: not one that a page ended with")
        case _:
            raise error


def invalid(error: ValidationException, names: Mapping[str, str]) -> Problem:
    """What a request may not hold: 422 in its body, 400 elsewhere. Each field is named.

    names: of the handler's arguments, what they are called on the wire.
    """
    extra = [each for each in error.extra or () if isinstance(each, dict)]
    fields = [_field(each, names) for each in extra]
    in_body = bool(extra) and all(each.get("source") == "body" for each in extra)
    detail = "; ".join(f"{each['field']}: {each['message']}" for each in fields)
    return Problem(
        422 if in_body else 400, "invalid", detail or error.detail.strip(), errors=fields
    )


def _field(extra: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    key = extra.get("key")
    return {
        "field": "body" if key in (None, "data") else names.get(str(key), str(key)),
        "message": str(extra.get("message", "")),
    }


def _names(request: Asked) -> dict[str, str]:
    arguments = request.route_handler.parsed_fn_signature.parameters
    kwargs = ((name, each.kwarg_definition) for name, each in arguments.items())
    return {
        name: kwarg.name
        for name, kwarg in kwargs
        if isinstance(kwarg, ParameterKwarg) and kwarg.name
    }


def on_http(request: Asked, error: HTTPException) -> Answer | Response[None]:
    match error:
        case Unchanged():
            return Response(None, status_code=304, headers=error.headers)
        case Problem():
            return rendered(error)
        case ValidationException():
            return rendered(invalid(error, _names(request)))
    problem = plain(error.status_code, error.detail)
    problem.headers = error.headers
    return rendered(problem)


def on_storage(request: Asked, error: StorageError) -> Answer:
    try:
        return rendered(stored(error))
    except StorageError:
        return on_unexpected(request, error)


def on_unexpected(request: Asked, error: Exception) -> Answer:
    """Ours to mend: the log has all of it, the client only the id of its request."""
    scope = request.scope
    route = scope.get("path_template") or "unknown"  # paths themselves may hold tokens
    log.error("request failed", request=id_of(scope), route=route, exc_info=error)
    return rendered(plain(500, "something of ours failed; the log has it"))


HANDLERS: ExceptionHandlersMap = {
    HTTPException: on_http,
    StorageError: on_storage,
    Exception: on_unexpected,
}
