"""Captions of a room for players of HLS: a playlist, and its segments."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath, QueryParameter

from server.parts import OWNER, Parts
from server.rooms import hls
from server.rooms.hls import Clock
from server.rooms.timeline import lines
from server.routes.captions import SESSIONS, SHARED
from server.routes.problems import Problem
from storage.bus.port import KEPT_FOR
from storage.records import Session

PLAYLIST = "application/vnd.apple.mpegurl"
OFTEN = "public, max-age=2"
HARDLY = "public, max-age=3600"  # a segment changes only if somebody corrects it

Pts = Annotated[int | None, QueryParameter(ge=0, lt=hls.WRAP)]
At = Annotated[datetime | None, QueryParameter()]


@get("/captions/{room:str}/hls/index.m3u8", media_type=PLAYLIST)
async def playlist(
    room: FromPath[str], state: State, pts: Pts = None, at: At = None
) -> Response[bytes]:
    """The last hour of the room. pts, at: a time of the video's clock, and when that was."""
    clock(pts, at)
    given = {"pts": pts, "at": None if at is None else at.isoformat()}
    asked = {name: value for name, value in given.items() if value is not None}
    query = f"?{urlencode(asked)}" if asked else ""
    now, parts = datetime.now(UTC), _parts(state)
    sessions = await _sessions(parts, room, now)
    text = hls.playlist(sessions, now, parts.settings.rooms.hls_delay, query)
    headers = {"cache-control": OFTEN, **SHARED}
    return Response(text.encode(), media_type=PLAYLIST, headers=headers)


@get("/captions/{room:str}/hls/{name:str}", media_type="text/vtt")
async def segment(
    room: FromPath[str], name: FromPath[str], state: State, pts: Pts = None, at: At = None
) -> Response[bytes]:
    """`{n}.vtt`: the captions of six seconds."""
    now, parts, video = datetime.now(UTC), _parts(state), clock(pts, at)
    first = hls.number(now - timedelta(seconds=KEPT_FOR))
    found = _number(name)
    if found is None or not first <= found < hls.edge(now, parts.settings.rooms.hls_delay):
        raise Problem(404, "not_found", "no such segment, or not yet", headers=dict(SHARED))
    spoken = [
        (each, await parts.storage.segments.between(each.id, *hls.heard_in(each, found)))
        for each in await _sessions(parts, room, now)
    ]
    text = await asyncio.to_thread(lambda: hls.segment(lines(spoken, hls.EPOCH), found, video))
    headers = {"cache-control": HARDLY, **SHARED}
    return Response(text.encode(), media_type="text/vtt", headers=headers)


def clock(pts: int | None, at: datetime | None) -> Clock:
    """The video's. Raises Problem for half of one, and for a time without its zone."""
    if pts is None and at is None:
        return Clock()
    if pts is None or at is None or at.tzinfo is None:
        raise Problem(400, "bad_request", "give pts and at together, at with its time zone")
    return Clock(pts, at)


def _number(name: str) -> int | None:
    digits = name.removesuffix(".vtt")
    known = digits != name and digits.isdecimal() and digits.isascii() and len(digits) < 12
    return int(digits) if known else None


async def _sessions(parts: Parts, room: str, now: datetime) -> list[Session]:
    since = now - timedelta(seconds=KEPT_FOR)
    return list(await parts.storage.sessions.of_room(OWNER, room, since, SESSIONS))


def _parts(state: State) -> Parts:
    parts: Parts = state.registry.parts
    return parts


ROUTES = (playlist, segment)
