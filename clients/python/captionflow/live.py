"""A live session over one connection: audio in, events out. The only module that waits.

One task reads the socket, one acknowledges; what they know is in `Progress`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from msgspec import UNSET
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from captionflow.dial import dial, hang_up
from captionflow.errors import ServerError, from_close
from captionflow.inbox import Inbox
from captionflow.progress import Progress
from captionflow.protocol import (
    Ack,
    AudioFormat,
    BadEvent,
    End,
    Ended,
    Error,
    Event,
    Flush,
    Hello,
    Message,
    Options,
    Ping,
    Update,
    Welcome,
    decode_event,
    encode,
    stream_url,
)

ACK_SECONDS = 1.0  # handled events are acknowledged at least this often


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
) -> AsyncIterator["Live"]:
    """Open a session at `url` (http, https, ws or wss) and leave it at the end of the block.

    language: an ISO 639-1 code, "auto", or None for the server's default.
    open_timeout: seconds for connection and greeting together.
    stall_timeout: seconds that `send` waits for a server that takes no more audio.
    Raises ServerError when the server cannot be reached or refuses, ValueError for a bad argument.
    """
    hello = Hello(
        audio=audio or AudioFormat(),
        language=language or UNSET,
        model=model or UNSET,
        options=options or Options(),
    )
    live = await _open(stream_url(url), hello, token, open_timeout, stall_timeout)
    tasks = [asyncio.create_task(live.read()), asyncio.create_task(live.acknowledge())]
    try:
        yield live
    finally:
        for task in tasks:
            task.cancel()
        try:
            await hang_up(live.socket)
        finally:
            await asyncio.gather(*tasks, return_exceptions=True)


async def _open(
    address: str, hello: Hello, token: str | None, open_timeout: float, stall_timeout: float
) -> "Live":
    loop = asyncio.get_running_loop()
    deadline = loop.time() + open_timeout
    socket = await dial(address, token, open_timeout)
    try:
        async with asyncio.timeout_at(deadline):
            welcome = await _greet(socket, hello)
        progress = Progress(hello.audio)
        progress.welcome(welcome)
        live = Live(socket, welcome, progress, stall_timeout)
        await live.inbox.put(welcome)
        return live
    except TimeoutError:
        await hang_up(socket)
        raise ServerError("timeout", f"{address} did not greet in {open_timeout:g} s") from None
    except BadEvent as error:
        await hang_up(socket)
        raise ServerError("not_a_server", str(error)) from None
    except BaseException:
        await hang_up(socket)
        raise


async def _greet(socket: ClientConnection, hello: Hello) -> Welcome:
    failure: ServerError | None = None
    try:
        await socket.send(encode(hello))
        while True:
            match decode_event(await socket.recv()):
                case Welcome() as welcome:
                    return welcome
                case Error() as error:
                    failure = ServerError(error.code, error.message, error.retry_after)
    except ConnectionClosed as closed:
        raise failure or _closed(closed) from None


def _closed(closed: ConnectionClosed) -> ServerError:
    return from_close(closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else from_close(1006, "")


class Live:
    """One open session. `send` and iterate at the same time, from two tasks.

    welcome: what the server said at the start. progress: positions and numbers so far.
    """

    def __init__(
        self, socket: ClientConnection, welcome: Welcome, progress: Progress, stall_timeout: float
    ) -> None:
        self.socket = socket
        self.welcome = welcome
        self.progress = progress
        self.inbox = Inbox()
        self._stall_timeout = stall_timeout
        self._sending = asyncio.Lock()  # frames of two senders must not change places
        self._moved = asyncio.Event()  # the server took audio, or will never again
        self._many = asyncio.Event()
        self._over = asyncio.Event()
        self._failure: ServerError | None = None
        self._ended = False

    async def send(self, data: bytes) -> None:
        """Send audio of any length, in whole samples; waits while the server is behind.

        Raises ServerError when the session is over or takes nothing for `stall_timeout`.
        """
        async with self._sending:
            if self._ended:
                raise RuntimeError("audio after end()")
            for piece in self.progress.pieces(data):
                await self._room(len(piece))
                await self._transmit(self.progress.frame(piece))

    async def flush(self, id: str) -> None:
        """Make all audio so far final; `Flushed` with this id follows the last of it."""
        await self._say(Flush(id))

    async def update(self, options: Options) -> None:
        """Other options from here on; `Updated` follows."""
        await self._say(Update(options))

    async def ping(self, t: float) -> None:
        """Ask for a `Pong` with the same `t`."""
        await self._say(Ping(t))

    async def end(self) -> None:
        """No more audio: the last finals and `Ended` follow."""
        self._ended = True
        await self._say(End(self.progress.pos))

    async def __aiter__(self) -> AsyncIterator[Event]:
        """All events until `Ended`. Raises ServerError when the session ends without it."""
        while (event := await self.inbox.take()) is not None:
            yield event

    async def read(self) -> None:
        """Read the socket until the session is over. `connect` runs it as a task."""
        failure: ServerError | None = None
        try:
            failure = await self._read()
        except ConnectionClosed as closed:
            failure = _closed(closed)
        except BadEvent as error:
            failure = ServerError("not_a_server", str(error))
        self._failure = failure
        self._over.set()
        self._moved.set()
        await self.inbox.close(failure)

    async def acknowledge(self) -> None:
        """Tell the server what has been handled. `connect` runs it as a task."""
        with suppress(ConnectionClosed):
            while not self._over.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(ACK_SECONDS):
                        await self._many.wait()
                self._many.clear()
                if (seq := self.progress.ack()) is not None:
                    await self.socket.send(encode(Ack(seq)))

    async def _read(self) -> ServerError | None:
        while True:
            event = decode_event(await self.socket.recv())
            if event is None or not self.progress.heard(event):
                continue
            if isinstance(event, Error) and event.fatal:
                return ServerError(event.code, event.message, event.retry_after)
            self._moved.set()
            if self.progress.many_unacked or isinstance(event, Ended):
                self._many.set()
            await self.inbox.put(event)
            if isinstance(event, Ended):
                return None

    async def _room(self, length: int) -> None:
        try:
            async with asyncio.timeout(self._stall_timeout):
                while not self.progress.may_send(length) and not self._over.is_set():
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            message = f"the server took no audio for {self._stall_timeout:g} s"
            raise ServerError("stalled", message) from None

    async def _say(self, message: Message) -> None:
        async with self._sending:
            await self._transmit(encode(message))

    async def _transmit(self, message: str | bytes) -> None:
        try:
            async with asyncio.timeout(self._stall_timeout):
                if await self._sent(message):
                    return
        except TimeoutError:
            raise ServerError("stalled", "the connection takes nothing more") from None
        raise self._failure or ServerError("ended", "the session has ended")

    async def _sent(self, message: str | bytes) -> bool:
        if self._over.is_set():
            return False
        try:
            await self.socket.send(message)
        except ConnectionClosed:
            # The reader sees the same close, and perhaps the reason that came before it.
            await self._over.wait()
            return False
        return True
