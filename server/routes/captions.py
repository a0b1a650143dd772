"""Captions of a room: its page, what is said as it comes, and all so far, as subtitles.

They are for everybody and can only be read, so pages of other sites may read them too.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath, HeaderParameter, QueryParameter
from litestar.types import ASGIApp

from server.pages.paths import VIEWER
from server.pages.serving import Pages
from server.parts import OWNER
from server.results.formats import vtt
from server.rooms.broadcast import channel
from server.rooms.rooms import Rooms
from server.rooms.timeline import lines
from server.rooms.viewing import Viewing
from server.routes.problems import Problem
from storage.bus.port import KEPT_FOR

SESSIONS = 100  # of a room that its subtitles are made of, the newest
AGAIN = 5  # seconds after which a viewer may find room
MOST = 1 << 62  # the greatest number of an event that anybody can have
SHARED = {"access-control-allow-origin": "*"}


@get("/captions/{room:str}/events", media_type="text/event-stream")
async def events(
    room: FromPath[str],
    state: State,
    last_event_id: Annotated[str | None, HeaderParameter(name="last-event-id")] = None,
    after: Annotated[str | None, QueryParameter(name="last_event_id")] = None,
) -> ASGIApp:
    """What is said in the room from now on, or after the last event that the viewer has."""
    rooms: Rooms = state.rooms
    if rooms.full:
        later = {"retry-after": str(AGAIN), **SHARED}
        raise Problem(503, "overloaded", "no room for another viewer", headers=later)
    return Viewing(rooms, channel(OWNER, room), number(last_event_id or after))


@get("/captions/{name:str}")
async def room_or_subtitles(
    name: FromPath[str],
    state: State,
    seen: Annotated[str | None, HeaderParameter(name="if-none-match")] = None,
) -> Response[Any]:
    """`{room}`: the page on which it is read along. `{room}.vtt`: what was said in the room in
    the last day, from its first session on."""
    room = name.removesuffix(".vtt")
    if room == name:
        pages: Pages = state.pages
        return pages.page(VIEWER, seen)
    storage = state.registry.parts.storage
    since = datetime.now(UTC) - timedelta(seconds=KEPT_FOR)
    sessions = await storage.sessions.of_room(OWNER, room, since, SESSIONS)
    spoken = [(each, await storage.segments.list(each.id)) for each in sessions]
    text = await asyncio.to_thread(lambda: vtt(lines(spoken)))
    headers = {"cache-control": "no-cache", **SHARED}
    return Response(text.encode(), media_type="text/vtt", headers=headers)


def number(text: str | None) -> int | None:
    """The number that a viewer says it has; None for none, or for what was never a number."""
    found = int(text) if text and len(text) < 20 and text.isdecimal() and text.isascii() else None
    return found if found is not None and found < MOST else None


ROUTES = (events, room_or_subtitles)
