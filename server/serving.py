"""How the application meets the network: uvicorn's choices, and the end of the process.

Knows nothing of sessions but that they are drained before it stops.
"""

import asyncio
import signal
import socket
from asyncio import TimerHandle
from collections.abc import Callable
from typing import Any

import uvicorn
from litestar import Litestar
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from server.app import cut, drain

UNREAD = 32  # messages that may wait for the application before no more is read from the client
MAX_MESSAGE = 1 << 20  # bytes; more closes the connection with 1009 before it is read
UNREAD_FOR = 30.0  # seconds that a client may read nothing of an answer
GOODBYE = 2.0  # seconds that a closed connection may take to send what is left
FORCED = 10  # seconds after a second signal in which the process ends, whatever hangs


class CannotListen(Exception):
    """The address is taken, or is none of this machine's."""


class Socket(WebSocketsSansIOProtocol):
    """A WebSocket that is really gone soon after its conversation is over.

    A transport that is only closed waits for its buffer to be sent: for ever, to a client that
    does not read.
    """

    leaving: TimerHandle | None = None

    def handle_bytes(self, event: Frame) -> None:
        """As uvicorn does it, but reading goes on while a few messages wait: to stop and start
        with each costs system calls and hinders several from being read at once."""
        if not event.fin or self.close_sent or self.queue.qsize() >= UNREAD:
            return super().handle_bytes(event)
        self.queue.put_nowait(
            {"type": "websocket.receive", "bytes": bytes(event.data), "text": None}
        )

    async def run_asgi(self) -> None:
        try:
            await super().run_asgi()
        finally:
            if not self.disconnected:
                self.leaving = self.loop.call_later(GOODBYE, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.leaving is not None:
            self.leaving.cancel()


class Http(HttpToolsProtocol):
    """A connection that is dropped when its client reads nothing of an answer for long, or a
    viewer that is gone without a word would keep its place for ever."""

    stalled: TimerHandle | None = None

    def pause_writing(self) -> None:
        super().pause_writing()
        self.stalled = self.loop.call_later(UNREAD_FOR, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._read_again()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._read_again()

    def _read_again(self) -> None:
        if self.stalled is not None:
            self.stalled.cancel()


def listening(host: str, port: int) -> socket.socket:
    """A bound address; made before anything is loaded, so that a taken port is told at once.

    Raises CannotListen.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise CannotListen(f"cannot listen on {host}: {error.strerror}") from None
    sock = socket.socket(family, kind, protocol)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(address)
    except OSError as error:
        sock.close()
        raise CannotListen(f"cannot listen on {host}:{port}: {error.strerror}") from None
    sock.set_inheritable(False)
    return sock


class Server(uvicorn.Server):
    """Says where it listens once it is ready, and lets sessions end before it stops."""

    def __init__(
        self, app: Litestar, sock: socket.socket, announce: Callable[[str], None] = lambda _: None
    ) -> None:
        """announce: told the address when sessions may begin."""
        super().__init__(
            uvicorn.Config(
                app,
                http=Http,
                ws=Socket,
                ws_max_size=MAX_MESSAGE,
                ws_per_message_deflate=False,  # PCM does not compress
                log_config=None,
                access_log=False,
                lifespan="off",  # see run_here
                timeout_graceful_shutdown=5,
            )
        )
        self.app = app
        self.loop: asyncio.AbstractEventLoop | None = None
        self.sock = sock
        self.announce = announce
        host, port = sock.getsockname()[:2]
        self.address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def run_here(self) -> None:
        """Serve on this loop until told to stop.

        The application's life is entered here and not by uvicorn, which would print a traceback
        for a database that is away, and leave the application open when it is hurried.
        Raises what hinders the start.
        """
        self.loop = asyncio.get_running_loop()
        with self.capture_signals(), self.sock:
            async with self.app.lifespan():
                await self.serve([self.sock])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.announce(self.address)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await drain(self.app)
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """A signal asks for an orderly end, which is a success. A second one: no more waiting."""
        if self.should_exit and not self.force_exit and self.loop is not None:
            self.force_exit = True
            signal.alarm(FORCED)
            self.loop.call_soon_threadsafe(cut, self.app)
        self.should_exit = True
