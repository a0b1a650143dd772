"""One viewer: the captions of a room as server-sent events, until one of the two has enough.

Waits for nobody: who reads too slowly is cut off, comes back with the number of the last event
that it has, and goes on from there; an `EventSource` does so by itself.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from functools import lru_cache
from typing import Any, cast

from litestar.types import HTTPResponseBodyEvent, Receive, Scope, Send

from server.logs import logger
from server.rooms.rooms import Rooms
from storage.bus.port import KEPT, Lagging, Message

log = logger("rooms")

RECENT = 3  # finals that somebody who comes new gets first
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"access-control-allow-origin", b"*"),
]


def part(body: bytes, more: bool = True) -> HTTPResponseBodyEvent:
    return {"type": "http.response.body", "body": body, "more_body": more}


RETRY = part(b"retry: 1000\n\n")
COMMENT = part(b": keep-alive\n\n")
END = part(b"", more=False)


@lru_cache(KEPT)
def event(message: Message) -> HTTPResponseBodyEvent:
    """Made once, for all to whom it is said."""
    number = b"" if message.seq is None else b"id: %d\n" % message.seq
    return part(number + message.data)


class Viewing:
    """An ASGI application for one request, and a viewer of `rooms`."""

    def __init__(self, rooms: Rooms, channel: str, after: int | None) -> None:
        """after: the number of the last event that the viewer has."""
        self.rooms = rooms
        self.channel = channel
        self.after = after
        self.quiet = False
        self.busy = True  # something is being said to it that has to be waited for
        self.over = False  # nothing more will be said
        self.send: Send

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.send = send
        with self.rooms.seat(self):
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await send(RETRY)
            subscribed = self.rooms.bus.subscribe(self.channel, self.after, RECENT, self.at_once)
            async with subscribed as messages:
                self.busy = False
                telling = asyncio.create_task(self._tell(messages))
                try:
                    await _gone(receive)
                finally:
                    telling.cancel()
                    with suppress(asyncio.CancelledError):
                        await telling

    def at_once(self, message: Message) -> bool:
        """Says it, if nothing has to be waited for."""
        return self.over or self._say(event(message))

    def keep_alive(self) -> None:
        self._say(COMMENT)

    def leave(self) -> None:
        """It is over with the answer: then `receive` says that the viewer has gone."""
        self._say(END)
        self.over = True

    def _say(self, said: HTTPResponseBodyEvent) -> bool:
        """Runs `send` without the loop. It stops only where the connection is full, before it has
        written anything: then it is left alone."""
        if self.busy or self.over:
            return False
        sending = cast(Coroutine[Any, Any, None], self.send(said))
        try:
            sending.send(None)
        except StopIteration:
            self.quiet = False
            return True
        except Exception as error:  # one viewer's trouble must not be that of all the others
            log.warning("viewer lost", error=repr(error))
            self.over = True
            return True
        sending.close()
        return False

    async def _tell(self, messages: AsyncIterator[Message]) -> None:
        """What could not be said at once; the end, when that is too much."""
        with suppress(Lagging):
            while True:
                message = await anext(messages)
                self.busy = True
                await self.send(event(message))
                self.busy = self.quiet = False
        self.over = True
        self.rooms.metrics.viewers_cut.inc()
        await self.send(END)


async def _gone(receive: Receive) -> None:
    message: Any = None
    while message is None or message["type"] != "http.disconnect":
        message = await receive()
