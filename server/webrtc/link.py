"""A line between two processes of ours: messages with their length before them, both ways.

Knows none of their meanings. Never waits: what does not fit is not taken, and who asked is told.
"""

import asyncio
import struct
from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

import msgspec

from server.webrtc.messages import LARGEST, encoder

HEAD = struct.Struct(">I")
UNREAD = 4 << 20  # bytes that may wait for the other process

Heard = TypeVar("Heard")


class Link(asyncio.Protocol, Generic[Heard]):
    def __init__(
        self,
        decoder: "msgspec.msgpack.Decoder[Heard]",
        heard: Callable[[Heard], None],
        gone: Callable[[], None],
    ) -> None:
        """heard: told each message. gone: told once that there is nobody at the other end."""
        self.decoder = decoder
        self.heard = heard
        self.gone = gone
        self.buffer = bytearray()
        self.transport: asyncio.Transport | None = None

    @property
    def there(self) -> bool:
        return self.transport is not None and not self.transport.is_closing()

    def send(self, message: Any) -> bool:
        """False when it was not taken, as too much waits already or nobody is there."""
        transport = self.transport
        if transport is None or transport.is_closing():
            return False
        if transport.get_write_buffer_size() > UNREAD:
            return False
        data = encoder.encode(message)
        transport.write(HEAD.pack(len(data)) + data)
        return True

    def close(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        self.gone()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        at = 0
        while len(self.buffer) - at >= HEAD.size:
            (length,) = HEAD.unpack_from(self.buffer, at)
            if length > LARGEST:
                return self.close()
            end = at + HEAD.size + length
            if len(self.buffer) < end:
                break
            self._message(bytes(self.buffer[at + HEAD.size : end]))
            at = end
        del self.buffer[:at]

    def _message(self, data: bytes) -> None:
        try:
            message = self.decoder.decode(data)
        except msgspec.DecodeError:
            return self.close()
        self.heard(message)
