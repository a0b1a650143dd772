"""WHIP (RFC 9725): publishers offer sound, and hang up. Thin: check, ask the calls, answer."""

import asyncio
import time
from typing import Annotated, TypeVar
from urllib.parse import quote

from litestar import Response, delete, get, patch, post, route
from litestar.datastructures import MutableScopeHeaders, State
from litestar.enums import HttpMethod
from litestar.params import FromPath, HeaderParameter, QueryParameter
from litestar.types import Message, Scope
from msgspec import UNSET, UnsetType

from server.live.refusals import Full
from server.parts import Parts
from server.protocols.native import messages, requests
from server.protocols.native.messages import BadMessage, Hello, Wishes
from server.routes.parameters import only
from server.routes.problems import Asked, Problem, answers
from server.webrtc import sdp, turn
from server.webrtc.calls import Busy, Calls, Entry
from server.webrtc.sections import BadOffer
from server.webrtc.switchboard import Unanswered

OFFER = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
ROOM = "/whip/{room:str}"
SESSION = "/whip/session/{id:str}"
PATIENCE = 10.0  # seconds that a body may take
AGAIN = 5  # seconds after which a publisher may find room
SOON = 3  # seconds after which a room may be free

CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "POST, PATCH, DELETE, GET, OPTIONS",
    "access-control-allow-headers": "authorization, content-type, if-match",
    "access-control-expose-headers": "location, etag, link, retry-after",
    "access-control-max-age": "86400",
}

IfMatch = Annotated[str | None, HeaderParameter(name="if-match")]
Flag = Annotated[bool | None, QueryParameter()]
Text = Annotated[str | None, QueryParameter()]
Given = TypeVar("Given")
WISHES = ("language", "hotwords", "translate_to", "endpoint_ms", "partials", "words", "revise")


async def open_to_all(message: Message, scope: Scope) -> None:
    """A `before_send` hook: publishers may be pages of any origin; errors are for them too."""
    if message["type"] == "http.response.start" and scope["path"].startswith("/whip/"):
        MutableScopeHeaders.from_message(message).update(CORS)


@post(
    ROOM,
    before_request=only(*WISHES),
    status_code=201,
    request_max_body_size=sdp.LARGEST,
    responses=answers(404, 409, 413, 415, 422, 503),
)
async def publish(
    room: FromPath[str],
    request: Asked,
    state: State,
    language: Text = None,
    hotwords: Text = None,
    translate_to: Text = None,
    endpoint_ms: Annotated[int | None, QueryParameter()] = None,
    partials: Flag = None,
    words: Flag = None,
    revise: Flag = None,
) -> Response[bytes]:
    """An offer is answered, and the room has a publisher."""
    calls = _calls(state)
    _demand_type(request, OFFER)
    wishes = Wishes(
        partials=_given(partials),
        words=_given(words),
        revise=_given(revise),
        endpoint_ms=_given(endpoint_ms),
        hotwords=[word.strip() for word in hotwords.split(",")] if hotwords else UNSET,
        translate_to=_given(translate_to),
    )
    asked = _asked(calls.registry.parts, Hello(language=language, options=wishes, room=room))
    try:
        offer = sdp.offer(await _body(request))
        entry, answer = await calls.publish(room, offer, asked)
    except BadOffer as bad:
        raise _bad(bad) from None
    except Busy:
        later = {"retry-after": str(SOON)}
        raise Problem(409, "room_busy", "somebody publishes in the room", headers=later) from None
    except Full:
        raise _full("overloaded", "no room for another publisher") from None
    except Unanswered as unanswered:
        raise _full("media_unavailable", str(unanswered)) from None
    headers = {"location": f"/whip/session/{entry.id}", "etag": entry.tag}
    links = [
        *_ice(calls),
        f'</captions/{quote(room, safe="")}/events>; rel="urn:captionflow:captions"',
    ]
    return Response(
        answer.encode(),
        status_code=201,
        media_type=OFFER,
        headers=headers | {"link": ", ".join(links)},
    )


@patch(
    SESSION,
    before_request=only(),
    status_code=204,
    request_max_body_size=sdp.LARGEST,
    responses=answers(404, 412, 413, 415, 422, 428),
)
async def trickle(
    id: FromPath[str], request: Asked, state: State, if_match: IfMatch = None
) -> None:
    """More addresses of the publisher's."""
    calls = _calls(state)
    entry = _found(calls, id)
    _demand_type(request, FRAGMENT)
    _demand_tag(if_match, entry)
    try:
        calls.trickle(entry, sdp.fragment(await _body(request)))
    except BadOffer as bad:
        raise _bad(bad) from None


@delete(SESSION, status_code=200, responses=answers(404))
async def hang_up(id: FromPath[str], state: State) -> Response[bytes]:
    """The session ends. Answered when the last of it was said, or after a few seconds."""
    calls = _calls(state)
    await calls.end(_found(calls, id))
    return Response(b"", status_code=200, media_type="text/plain")


@get(ROOM, status_code=204)
async def nothing(room: FromPath[str], state: State) -> None:
    """As RFC 9725 has it: successful, and empty."""
    _calls(state)


@get(SESSION, status_code=204, responses=answers(404))
async def nothing_of_it(id: FromPath[str], state: State) -> None:
    """As above, of a session that is known."""
    _found(_calls(state), id)


@route([ROOM, SESSION], http_method=HttpMethod.OPTIONS, status_code=204, include_in_schema=False)
async def options(request: Asked, state: State) -> Response[None]:
    """What may be sent, and, unless a browser only asks whether it may, which ICE servers."""
    headers = {"accept-post": OFFER}
    links = _ice(_calls(state))
    if links and "access-control-request-method" not in request.headers:
        headers["link"] = ", ".join(links)
    return Response(None, status_code=204, headers=headers)


def _calls(state: State) -> Calls:
    calls: Calls = state.calls
    if not calls.settings.enabled:
        raise Problem(404, "not_found", "WebRTC is switched off on this server")
    return calls


def _found(calls: Calls, id: str) -> Entry:
    if entry := calls.find(id):
        return entry
    raise Problem(404, "not_found", "there is no such call, or not any more")


def _demand_type(request: Asked, expected: str) -> None:
    found = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if found != expected:
        headers = {"accept-post": OFFER} if expected == OFFER else {"accept-patch": FRAGMENT}
        detail = f"the body has to be {expected}, not {found[:100]!r}"
        raise Problem(415, "unsupported_media_type", detail, headers=headers)


def _demand_tag(if_match: str | None, entry: Entry) -> None:
    if if_match is None:
        raise Problem(428, "precondition_required", "If-Match has to be there")
    if if_match.strip() == "*":
        raise Problem(422, "no_restart", "ICE cannot be begun again in this call")
    if entry.tag not in (each.strip() for each in if_match.split(",")):
        detail = "the call is at another ICE session"
        raise Problem(412, "precondition_failed", detail, headers={"etag": entry.tag})


def _asked(parts: Parts, hello: Hello) -> requests.Request:
    try:
        messages.name("room", hello.room or "")
        return requests.request(hello, parts.languages, parts.settings.model.name)
    except BadMessage as bad:
        raise Problem(400, "invalid", str(bad)) from None


async def _body(request: Asked) -> bytes:
    try:
        async with asyncio.timeout(PATIENCE):
            return await request.body()
    except TimeoutError:
        raise Problem(408, "too_slow", f"no body within {PATIENCE:g} s") from None


def _ice(calls: Calls) -> list[str]:
    return turn.links(calls.settings.ice_servers, calls.key, calls.settings.turn_ttl, time.time())


def _bad(bad: BadOffer) -> Problem:
    return Problem(bad.status, bad.code, str(bad))


def _full(code: str, detail: str) -> Problem:
    return Problem(503, code, detail, headers={"retry-after": str(AGAIN)})


def _given(value: Given | None) -> Given | UnsetType:
    return UNSET if value is None else value


ROUTES = (options, publish, trickle, hang_up, nothing, nothing_of_it)  # else one is made for us
