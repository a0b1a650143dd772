"""Keeps a session going over one connection after the other. What is sent and heard is not its."""

import asyncio
import random
from collections.abc import Iterator

from msgspec import UNSET, Struct
from msgspec.structs import replace
from websockets.asyncio.client import ClientConnection

from captionflow.coming_back import FORGOTTEN, may_return, pauses
from captionflow.dial import hang_up
from captionflow.errors import ServerError
from captionflow.inbox import Inbox
from captionflow.link import Link, greeted
from captionflow.notices import Notice, Reconnecting, Resumed
from captionflow.progress import Progress
from captionflow.protocol import BadEvent, Hello, Resume, Welcome
from captionflow.uplink import Uplink


class Caller(Struct, frozen=True):
    """Where the server is, and how long it is waited for, in seconds."""

    address: str
    token: str | None
    open_timeout: float
    dead_after: float

    async def call(self, hello: Hello) -> tuple[ClientConnection, Welcome]:
        """Raises ServerError."""
        return await greeted(self.address, self.token, hello, self.open_timeout, self.dead_after)


class Line:
    """connected: there is a connection now. over: there will be none any more.

    failure: why, unless all was heard. moved: set when any of this or of the uplink has changed.
    """

    def __init__(self, caller: Caller, hello: Hello, keep: int, notices: bool) -> None:
        """keep: bytes of audio at most. notices: the inbox gets them too."""
        self.caller = caller
        self.hello = hello
        self.notices = notices
        self.progress = Progress(hello.audio)
        self.uplink = Uplink(keep)
        self.inbox = Inbox()
        self.connected = False
        self.over = False
        self.failure: ServerError | None = None
        self.moved = asyncio.Event()
        self.link: Link | None = None
        self.patience = 0.0

    async def open(self, patience: float | None) -> ClientConnection:
        """The first connection. Raises ServerError.

        patience: seconds without a connection; None: what the server says.
        """
        socket, welcome = await self.caller.call(self.hello)
        try:
            self.progress.welcome(welcome)
        except BadEvent as error:
            await hang_up(socket)
            raise ServerError("not_a_server", str(error)) from None
        self.patience = welcome.linger_s if patience is None else patience
        self.welcome = welcome
        self.connected = True
        await self.inbox.put(welcome)
        return socket

    async def run(self, socket: ClientConnection) -> None:
        """Until all was heard, or there is no going on."""
        try:
            await self._run(socket)
        except ServerError as error:
            self.failure = error
        self.over = True
        self.connected = False
        self.moved.set()
        await self.inbox.close(self.failure)

    def nudge(self) -> None:
        """Something may be there to be sent."""
        if self.link:
            self.link.more.set()

    async def _run(self, socket: ClientConnection) -> None:
        loop = asyncio.get_running_loop()
        since, tries = loop.time(), pauses(random.random)
        while (error := await self._talk(socket)) is not None:
            if self.link and self.link.lively:
                since, tries = loop.time(), pauses(random.random)
            if not self.patience or not may_return(error):
                raise error
            socket = await self._another(error, since + self.patience, tries)

    async def _talk(self, socket: ClientConnection) -> ServerError | None:
        self.link = Link(socket, self.progress, self.uplink, self.inbox.put, self.moved)
        self.connected = True
        try:
            error = await self.link.run()
            if error is None:
                await hang_up(socket)
            return error
        finally:
            self.connected = False
            self.moved.set()
            socket.transport.abort()

    async def _another(
        self, error: ServerError, deadline: float, tries: Iterator[float]
    ) -> ClientConnection:
        """A connection that goes on. Raises ServerError when none is to be had in time: what ended
        the last one says more than what kept the next from coming."""
        loop, cause = asyncio.get_running_loop(), error
        for attempt, pause in enumerate(tries, 1):
            await self._tell(Reconnecting(error.code, error.message, attempt))
            pause = max(pause, error.retry_after or 0.0)
            if loop.time() + pause > deadline:
                raise cause
            await asyncio.sleep(pause)
            try:
                return await self._again(error.code == FORGOTTEN)
            except ServerError as failure:
                error = failure
                if not may_return(error):
                    raise
        raise cause

    async def _again(self, forgotten: bool) -> ClientConnection:
        socket, welcome = await self.caller.call(self._hello(forgotten))
        try:
            back = self.progress.welcome(welcome)
        except BadEvent as error:
            await hang_up(socket)
            raise ServerError("not_a_server", str(error)) from None
        self.welcome = welcome
        self.uplink.rewind(welcome.received, back or forgotten)
        unit = self.hello.audio.bytes_per_second
        lost = max(0, self.uplink.kept.start - welcome.received) / unit
        await self._tell(Resumed(welcome.session, lost, forgotten))
        return socket

    def _hello(self, forgotten: bool) -> Hello:
        if forgotten:
            start = self.progress.begin_anew(self.uplink.kept.start)
            return replace(self.hello, start=start, resume=UNSET)
        now = self.progress
        return replace(self.hello, resume=Resume(now.session, now.token, now.seq))

    async def _tell(self, notice: Notice) -> None:
        if self.notices:
            await self.inbox.put(notice)
