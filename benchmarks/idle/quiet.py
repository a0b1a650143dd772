"""One session in which nobody speaks: what it sends, and what comes back.

Opens its socket as the client does and speaks the client's messages, but has no queue, lock or
timeout around each frame: the clients of this benchmark must leave the machine to the server.
"""

import asyncio
from collections.abc import Callable

from captionflow import AudioAck, AudioFormat, Error, Final, Pong, ServerError
from captionflow.dial import dial, hang_up
from captionflow.protocol import (
    BadEvent,
    Hello,
    Ping,
    Welcome,
    decode_event,
    encode,
    encode_audio,
    stream_url,
)
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

PATIENCE = 20.0  # seconds to open a session
STUCK = 1 << 18  # bytes that the server left unread: 8 s of audio

Clock = Callable[[], float]


class Quiet:
    """An open session. `failure` says why it is over before it was left."""

    def __init__(self, socket: ClientConnection, clock: Clock) -> None:
        self.socket = socket
        self.clock = clock
        self.sent = 0  # bytes of audio
        self.received = 0  # of these acknowledged
        self.trips: list[float] = []  # seconds from each ping to its pong
        self.heard = 0  # segments with text: nobody spoke, so none is right
        self.failure: str | None = None

    def send(self, audio: bytes) -> None:
        """Straight to the transport. A server that reads nothing for long fails the session."""
        if self.failure is not None:
            return
        self.socket.protocol.send_binary(encode_audio(self.sent, audio))
        self.socket.send_data()
        self.sent += len(audio)
        if self.socket.transport.get_write_buffer_size() > STUCK:
            self.failure = "the server stopped reading"

    def ping(self) -> None:
        if self.failure is None:
            self.socket.protocol.send_text(encode(Ping(self.clock())).encode())
            self.socket.send_data()

    async def read(self) -> None:
        """Until the socket is closed."""
        try:
            while True:
                self._told(await self.socket.recv())
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 1006
            self._failed(f"the server closed with {code}")
        except BadEvent as error:
            self._failed(str(error))

    def _told(self, message: str | bytes) -> None:
        match decode_event(message):
            case AudioAck(received):
                self.received = received
            case Pong(t):
                self.trips.append(self.clock() - t)
            case Final(text=text) if text:
                self.heard += 1
            case Error(code=code, message=why):
                self._failed(f"{code}: {why}")

    def _failed(self, why: str) -> None:
        self.failure = self.failure or why


async def enter(url: str, token: str | None) -> Quiet:
    """Raises ServerError when the server is not there or has no room."""
    socket = await dial(stream_url(url), token, PATIENCE)
    try:
        async with asyncio.timeout(PATIENCE):
            await socket.send(encode(Hello(AudioFormat())))
            match decode_event(await socket.recv()):
                case Welcome():
                    return Quiet(socket, asyncio.get_running_loop().time)
                case Error(code, message):
                    raise ServerError(code, message)
                case other:
                    raise ServerError("not_a_server", f"{other} in place of a greeting")
    except TimeoutError:
        await hang_up(socket)
        raise ServerError("timeout", f"no greeting in {PATIENCE:g} s") from None
    except ConnectionClosed as closed:
        raise ServerError("lost", f"closed in place of a greeting: {closed}") from None
    except BaseException:
        await hang_up(socket)
        raise
