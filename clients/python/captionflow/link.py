"""One connection of a session, from its greeting until it is lost or all is over."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from captionflow.dial import dial, hang_up
from captionflow.errors import ServerError, from_close
from captionflow.progress import Progress
from captionflow.protocol import (
    Ack,
    BadEvent,
    Ended,
    Error,
    Event,
    Hello,
    Welcome,
    decode_event,
    encode,
)
from captionflow.uplink import Uplink

ACK_SECONDS = 1.0  # handled events are acknowledged at least this often
LAST_WORDS = 2.0  # seconds that a server gets to close after a fatal error

Heard = Callable[[Event], Awaitable[None]]


async def greeted(
    address: str, token: str | None, hello: Hello, timeout: float, dead_after: float
) -> tuple[ClientConnection, Welcome]:
    """A connection on which the server has welcomed us. Raises ServerError."""
    deadline = asyncio.get_running_loop().time() + timeout
    socket = await dial(address, token, timeout, dead_after)
    try:
        async with asyncio.timeout_at(deadline):
            return socket, await _greet(socket, hello)
    except TimeoutError:
        await hang_up(socket)
        raise ServerError("timeout", f"{address} did not greet in {timeout:g} s") from None
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
        raise _closed(closed, failure) from None


def _closed(closed: ConnectionClosed, said: ServerError | None) -> ServerError:
    """What a close means, in the server's own words if it said any before."""
    error = (
        from_close(closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else from_close(1006, "")
    )
    if said is None:
        return error
    return ServerError(said.code, said.message, said.retry_after, error.close)


class Link:
    """lively: the server has said something since its welcome."""

    def __init__(
        self,
        socket: ClientConnection,
        progress: Progress,
        uplink: Uplink,
        heard: Heard,
        moved: asyncio.Event,
    ) -> None:
        """heard: given each event once. moved: set when something went up, or more may."""
        self.socket = socket
        self.progress = progress
        self.uplink = uplink
        self.heard = heard
        self.moved = moved
        self.more = asyncio.Event()  # something may be there to be sent
        self.many = asyncio.Event()  # events to be acknowledged at once
        self.lively = False

    async def run(self) -> ServerError | None:
        """Until the connection ends: why, or None after the last event."""
        beside = [asyncio.create_task(self._send()), asyncio.create_task(self._acknowledge())]
        try:
            return await self._read()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _read(self) -> ServerError | None:
        try:
            while True:
                event = decode_event(await self.socket.recv())
                if isinstance(event, Error) and event.fatal:
                    return await self._last(event)
                self.lively = True
                event = event and self.progress.heard(event)
                if event is None or not self.uplink.answered(event):
                    continue
                await self._take(event)
                if isinstance(event, Ended):
                    return None
        except ConnectionClosed as closed:
            return _closed(closed, None)
        except BadEvent as error:
            return ServerError("not_a_server", str(error))

    async def _take(self, event: Event) -> None:
        self.uplink.free(self.progress.settled)
        self.more.set()
        self.moved.set()
        await self.heard(event)
        if self.progress.many_unacked:
            self.many.set()
        if isinstance(event, Ended):
            await self._say_acknowledged()

    async def _last(self, event: Error) -> ServerError:
        """A fatal error, with the code of the close that follows."""
        said = ServerError(event.code, event.message, event.retry_after)
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS):
                try:
                    while True:
                        await self.socket.recv()
                except ConnectionClosed as closed:
                    return _closed(closed, said)
        return said

    async def _send(self) -> None:
        with suppress(ConnectionClosed):
            while True:
                self.more.clear()
                while message := self.uplink.next(self.progress.until, self.progress.payload):
                    await self.socket.send(message)
                    self.moved.set()
                await self.more.wait()

    async def _acknowledge(self) -> None:
        with suppress(ConnectionClosed):
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(ACK_SECONDS):
                        await self.many.wait()
                self.many.clear()
                await self._say_acknowledged()

    async def _say_acknowledged(self) -> None:
        if (seq := self.progress.ack()) is not None:
            with suppress(ConnectionClosed):
                await self.socket.send(encode(Ack(seq)))
