"""A way between a publisher and a server over UDP, on which some of the media is lost.

Both sides are told its addresses in place of each other's, so nothing passes it by. What is
lost is drawn from a seed. Of what passes it reads the header of RTP, which is not encrypted.
"""

import asyncio
import random
from asyncio import DatagramProtocol, DatagramTransport
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from msgspec import Struct

from benchmarks.whip.candidates import Address, first, moved

LOOPBACK = "127.0.0.1"
NUMBERS = 1 << 16
FIRST = 50  # packets of media that always pass: until then the server may not know its clock


class Packet(Struct, frozen=True):
    """A packet of media: its number, and whether it was lost."""

    number: int
    lost: bool


def is_media(datagram: bytes) -> bool:
    """RTP; not RTCP, DTLS or STUN, which share the port (RFC 7983, RFC 5761)."""
    return len(datagram) >= 12 and 128 <= datagram[0] <= 191 and not 192 <= datagram[1] <= 223


def number(datagram: bytes) -> int:
    """The sequence number of RTP, which counts to 65,535 and begins anew."""
    return int.from_bytes(datagram[2:4], "big")


class Loss:
    """Which packets are lost: the same of the same seed. share: 0.01 is 1 %."""

    def __init__(self, share: float, seed: int) -> None:
        self.share = share
        self.chance = random.Random(f"loss {seed}")
        self.seen: list[Packet] = []

    def takes(self, datagram: bytes) -> bool:
        """Whether this one is lost; told each once, in the order they come."""
        if not is_media(datagram):
            return False
        drawn = self.chance.random() < self.share
        self.seen.append(Packet(number(datagram), drawn and len(self.seen) >= FIRST))
        return self.seen[-1].lost

    @property
    def lost(self) -> frozenset[int]:
        """Places of the lost in the stream, the first packet being 0."""
        first = self.seen[0].number if self.seen else 0
        return frozenset((one.number - first) % NUMBERS for one in self.seen if one.lost)


class Relay:
    """Two sockets: one that the publisher takes for the server, and one the other way round."""

    def __init__(self, loss: Loss) -> None:
        self.loss = loss
        self.near = Side(self._up)
        self.far = Side(self._down)

    def offered(self, sdp: str) -> str:
        """The publisher's offer as the server is to see it. Raises NoAddress."""
        self.near.peer = first(sdp)
        return moved(sdp, self.far.address)

    def answered(self, sdp: str) -> str:
        """The server's answer as the publisher is to see it. Raises NoAddress."""
        self.far.peer = first(sdp)
        return moved(sdp, self.near.address)

    def _up(self, datagram: bytes) -> None:
        if not self.loss.takes(datagram):
            self.far.send(datagram)

    def _down(self, datagram: bytes) -> None:
        self.near.send(datagram)


class Side(DatagramProtocol):
    """One socket. peer: who it sends to; what comes from others is not heard."""

    transport: DatagramTransport

    def __init__(self, heard: Any) -> None:
        """heard: told each datagram of the peer."""
        self.heard = heard
        self.peer: Address | None = None

    @property
    def address(self) -> Address:
        host, port = self.transport.get_extra_info("sockname")[:2]
        return Address(host, port)

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if addr[:2] == self.peer:
            self.heard(data)

    def send(self, datagram: bytes) -> None:
        if self.peer is not None:
            self.transport.sendto(datagram, self.peer)


@asynccontextmanager
async def relayed(loss: Loss) -> AsyncIterator[Relay]:
    """A way that is open until the end of the block."""
    relay = Relay(loss)
    loop = asyncio.get_running_loop()
    sides = (relay.near, relay.far)
    try:
        for side in sides:
            await loop.create_datagram_endpoint(partial(_same, side), (LOOPBACK, 0))
        yield relay
    finally:
        for side in sides:
            if hasattr(side, "transport"):
                side.transport.close()


def _same(side: Side) -> Side:
    return side
