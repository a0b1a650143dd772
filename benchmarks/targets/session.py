"""A session with a server of another make: the socket, its timeouts, a wire. Knows no message."""

import asyncio
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from captionflow import Event, ServerError
from captionflow.dial import hang_up
from captionflow.protocol import Ended
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from benchmarks.targets.dial import MAX_MESSAGE, dial
from benchmarks.targets.port import Wire

GREETING = 30.0  # seconds; some servers load a model for each session
STALL = 30.0  # seconds that a send may wait for a server that takes nothing
LOOK = 0.5  # seconds between two looks at how long it has been quiet


@asynccontextmanager
async def session(
    address: str, headers: Mapping[str, str], wire: Wire, greeting: float = GREETING
) -> AsyncIterator["Session"]:
    """Dial, greet, and leave at the end of the block. Raises ServerError, also in the block."""
    socket = await dial(address, headers)
    try:
        found = Session(socket, wire)
        await found.greet(address, greeting)
        yield found
    finally:
        await hang_up(socket)


class Session:
    """One open session, a `Talk`. `send` and iterate at the same time, from two tasks."""

    def __init__(self, socket: ClientConnection, wire: Wire) -> None:
        self._socket = socket
        self._wire = wire
        self._early: list[Event] = []  # what came with the greeting
        self._over = asyncio.Event()
        self._failure: ServerError | None = None
        self._news: float | None = None  # of the loop's clock; None until the end is asked for

    async def greet(self, address: str, seconds: float) -> None:
        """Exchange greetings, in `seconds` at most. Raises ServerError."""
        try:
            async with asyncio.timeout(seconds):
                await self._transmit(self._wire.opening())
                while not self._wire.ready:
                    self._early += self._wire.heard(await self._socket.recv())
        except TimeoutError:
            raise ServerError("timeout", f"{address} did not greet in {seconds:g} s") from None
        except ConnectionClosed as closed:
            raise _closed(closed) from None

    async def send(self, data: bytes) -> None:
        await self._say(self._wire.audio(data))

    async def flush(self) -> None:
        await self._say(self._wire.flush())

    async def end(self) -> None:
        messages = self._wire.ending()
        self._news = asyncio.get_running_loop().time()
        await self._say(messages)

    async def __aiter__(self) -> AsyncIterator[Event]:
        """All events until `Ended`. Raises ServerError when the session ends without it."""
        try:
            for event in self._early:
                yield event
            async for event in self._events():
                yield event
        except ServerError as failure:
            self._failure = failure
            raise
        finally:
            self._over.set()

    async def _events(self) -> AsyncIterator[Event]:
        while True:
            for event in await self._next():
                yield event
                if isinstance(event, Ended):
                    return

    async def _next(self) -> Sequence[Event]:
        """What the next message, or a silence, means."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(LOOK):
                message = await self._socket.recv()
        except TimeoutError:
            return self._silence(loop.time())
        except ConnectionClosed as closed:
            return self._farewell(closed)
        events = self._wire.heard(message)
        if events and self._news is not None:
            self._news = loop.time()
        return events or self._silence(loop.time())

    def _silence(self, now: float) -> Sequence[Event]:
        return [] if self._news is None else self._wire.quiet(now - self._news)

    def _farewell(self, closed: ConnectionClosed) -> Sequence[Event]:
        in_order = closed.rcvd is not None and closed.rcvd.code == CloseCode.NORMAL_CLOSURE
        asked = self._news is not None
        events = self._wire.quiet(math.inf) if in_order and asked else []
        if not any(isinstance(event, Ended) for event in events):
            raise _closed(closed)
        return events

    async def _say(self, messages: Sequence[str | bytes]) -> None:
        if self._failure:
            raise self._failure
        try:
            async with asyncio.timeout(STALL):
                await self._transmit(messages)
        except TimeoutError:
            raise ServerError("stalled", "the server takes nothing more") from None
        except ConnectionClosed as closed:
            raise await self._reason(closed) from None

    async def _transmit(self, messages: Sequence[str | bytes]) -> None:
        for message in messages:
            await self._socket.send(message)

    async def _reason(self, closed: ConnectionClosed) -> ServerError:
        """The reader sees the same close, and perhaps the reason that came before it."""
        try:
            async with asyncio.timeout(LOOK):
                await self._over.wait()
        except TimeoutError:
            pass
        return self._failure or _closed(closed)


def _closed(closed: ConnectionClosed) -> ServerError:
    if closed.sent is not None and closed.sent.code == CloseCode.MESSAGE_TOO_BIG:
        limit = f"{MAX_MESSAGE >> 20} MiB"
        return ServerError("too_long", f"the server sent a message of over {limit}")
    if closed.rcvd is None:
        return ServerError("lost", "the connection was lost before the session had ended")
    code, reason = closed.rcvd.code, closed.rcvd.reason
    meaning = f"the server closed the session early with code {code}"
    return ServerError(f"closed_{code}", f"{meaning}: {reason}" if reason else meaning)
