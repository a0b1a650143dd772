"""A live session: audio in, events out, over as many connections as it takes (`line.py`).

What is not known to be safe with the server is kept, so a lost connection costs a pause and no
word.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from msgspec import UNSET

from captionflow.errors import ServerError
from captionflow.line import Caller, Line
from captionflow.notices import Notice
from captionflow.progress import Progress
from captionflow.protocol import (
    AudioFormat,
    End,
    Event,
    Flush,
    Hello,
    Options,
    Ping,
    Update,
    Welcome,
    stream_url,
)


@asynccontextmanager
async def connect(
    url: str,
    *,
    audio: AudioFormat | None = None,
    language: str | None = None,
    model: str | None = None,
    options: Options | None = None,
    token: str | None = None,
    open_timeout: float = 10.0,
    stall_timeout: float = 30.0,
    dead_after: float = 10.0,
    patience: float | None = None,
    keep: float = 120.0,
    lossy: bool = False,
    notices: bool = False,
) -> AsyncIterator["Live"]:
    """Open a session at `url` (http, https, ws or wss) and leave it at the end of the block.

    language: an ISO 639-1 code, "auto", or None for the server's default.
    open_timeout: seconds for connection and greeting together.
    stall_timeout: seconds that `send` waits for a connected server that takes no more audio.
    dead_after: seconds without a sign of life after which a connection is lost.
    patience: seconds without a connection after which the session is given up, 0 for at once;
    None: as long as the server waits for a client that is gone.
    keep: seconds of audio, at most, that are kept for a server that may ask for them again.
    lossy: audio that finds no room pushes out the oldest, which becomes silence; else it waits.
    notices: the iteration gives `Reconnecting` and `Resumed` too.
    Raises ServerError when the server cannot be reached or refuses, ValueError for a bad argument.
    """
    hello = Hello(
        audio=audio or AudioFormat(),
        language=language or UNSET,
        model=model or UNSET,
        options=options or Options(),
    )
    if keep < 1:
        raise ValueError("less than a second of audio cannot be kept")
    caller = Caller(stream_url(url), token, open_timeout, dead_after)
    line = Line(caller, hello, int(keep * hello.audio.bytes_per_second), notices)
    running = asyncio.create_task(line.run(await line.open(patience)))
    try:
        yield Live(line, lossy, stall_timeout)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


class Live:
    """One session. `send` and iterate at the same time, from two tasks."""

    def __init__(self, line: Line, lossy: bool, stall_timeout: float) -> None:
        self._line = line
        self._uplink = line.uplink
        self._lossy = lossy
        self._stall_timeout = stall_timeout
        self._sending = asyncio.Lock()  # audio of two senders must not change places
        self._ended = False

    @property
    def welcome(self) -> Welcome:
        """What the server said last at the begin of a connection."""
        return self._line.welcome

    @property
    def progress(self) -> Progress:
        """Positions and numbers so far."""
        return self._line.progress

    @property
    def connected(self) -> bool:
        """There is a connection now."""
        return self._line.connected

    @property
    def sent(self) -> int:
        """Bytes of audio that are under way to the server, or there."""
        return self._uplink.sent

    @property
    def kept(self) -> int:
        """Bytes of audio that are kept for the server."""
        return self._uplink.kept.end - self._uplink.kept.start

    async def send(self, data: bytes) -> None:
        """Send audio of any length, in whole samples; waits while the server is behind.

        While there is no connection it is kept. Raises ServerError when the session is over, or
        takes nothing for `stall_timeout`.
        """
        async with self._sending:
            if self._ended:
                raise RuntimeError("audio after end()")
            for piece in self.progress.pieces(data, self._uplink.kept.limit // 2):
                self._check()
                await self._until(partial(self._room, len(piece)))
                self._uplink.kept.add(piece)
                self._line.nudge()
            await self._until(self._gone)

    async def flush(self, id: str) -> None:
        """Make all audio so far final; `Flushed` with this id follows the last of it."""
        await self._order(Flush(id))

    async def update(self, options: Options) -> None:
        """Other options from here on; `Updated` follows."""
        await self._order(Update(options))

    async def ping(self, t: float) -> None:
        """Ask for a `Pong` with the same `t`; it does not come when the connection is lost."""
        self._check()
        self._uplink.ping(Ping(t))
        self._line.nudge()

    async def end(self) -> None:
        """No more audio: the last finals and `Ended` follow."""
        self._ended = True
        await self._order(End(self._uplink.kept.end))

    async def __aiter__(self) -> AsyncIterator[Event | Notice]:
        """All events until `Ended`. Raises ServerError when the session ends without it."""
        while (event := await self.next()) is not None:
            yield event

    async def next(self) -> Event | Notice | None:
        """The next event, None after the last. Raises ServerError when the session ends without
        it; nothing is lost by who stops waiting for one."""
        return await self._line.inbox.take()

    async def _order(self, order: Flush | Update | End) -> None:
        async with self._sending:
            self._check()
            self._uplink.order(order)
            self._line.nudge()
            await self._until(self._gone)

    def _room(self, size: int) -> bool:
        return self._lossy or self._uplink.kept.room(size, self.progress.received)

    def _gone(self) -> bool:
        """All is under way, or cannot be at present and is kept."""
        return self._uplink.idle or not self._line.connected

    def _check(self) -> None:
        if self._line.over:
            raise self._line.failure or ServerError("ended", "the session has ended")

    async def _until(self, true: Callable[[], bool]) -> None:
        """Waits until something is so, as long as anything goes up or comes back."""
        while True:
            if true():
                return
            self._check()
            before = self._uplink.sent
            try:
                async with asyncio.timeout(self._stall_timeout):
                    await self._movement(before, true)
            except TimeoutError:
                if self._line.connected:
                    message = f"the server took no audio for {self._stall_timeout:g} s"
                    raise ServerError("stalled", message) from None

    async def _movement(self, before: int, true: Callable[[], bool]) -> None:
        while self._uplink.sent == before and not true() and not self._line.over:
            self._line.moved.clear()
            await self._line.moved.wait()
