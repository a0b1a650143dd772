"""One viewer: the captions of a room as server-sent events, until one of the two has enough.

Waits for nobody: who reads too slowly is cut off, comes back with the number of the last event
that it has, and goes on from there; an `EventSource` does so by itself.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from typing import Any

from litestar.types import Receive, Scope, Send

from server.rooms.rooms import Rooms
from storage.bus.port import Lagging, Message

RECENT = 3  # finals that somebody who comes new gets first
RETRY = b"retry: 1000\n\n"
COMMENT = b": keep-alive\n\n"
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]


class Viewing:
    """An ASGI application for one request."""

    def __init__(
        self,
        rooms: Rooms,
        channel: str,
        after: int | None,
    ) -> None:
        """after: the number of the last event that the viewer has."""
        self.rooms = rooms
        self.channel = channel
        self.after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self.rooms.seat():
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await _say(send, RETRY)
            if await self._until_gone(receive, self._tell(send)):
                await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _until_gone(self, receive: Receive, telling: Awaitable[None]) -> bool:
        """Whether the viewer is still there at the end."""
        told = asyncio.ensure_future(telling)
        gone = asyncio.create_task(_gone(receive))
        closing = asyncio.create_task(self.rooms.closing.wait())
        tasks = (told, gone, closing)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return not gone.done()
        finally:
            for task in tasks:
                task.cancel()
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(result, Exception):
                    raise result

    async def _tell(self, send: Send) -> None:
        async with self.rooms.bus.subscribe(self.channel, self.after, RECENT) as messages:
            with suppress(Lagging):
                while True:
                    await _say(send, await self._next(messages))
        self.rooms.metrics.viewers_cut.inc()

    async def _next(self, messages: AsyncIterator[Message]) -> bytes:
        """The next event, or a comment when there is none for long. Raises Lagging."""
        try:
            async with asyncio.timeout(self.rooms.settings.keep_alive):
                message = await anext(messages)
        except TimeoutError:
            return COMMENT
        return message.data if message.seq is None else b"id: %d\n%s" % (message.seq, message.data)


async def _say(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _gone(receive: Receive) -> None:
    message: Any = None
    while message is None or message["type"] != "http.disconnect":
        message = await receive()
