"""A line between two ends of a real socket."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from server.webrtc.link import UNREAD, Link
from server.webrtc.messages import (
    Hang,
    Offer,
    Order,
    Ping,
    Report,
    Sound,
    Tell,
    encoder,
    orders,
    reports,
)
from tests.server.shared import until


class End:
    def __init__(self) -> None:
        self.heard: list[Order] = []
        self.gone = 0
        self.link: Link[Order] = Link(orders, self.heard.append, self._gone)

    def _gone(self) -> None:
        self.gone += 1


@asynccontextmanager
async def line() -> AsyncIterator[tuple[socket.socket, End]]:
    """Somebody, and the end of a link with what it has heard."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    end = End()
    await asyncio.get_running_loop().connect_accepted_socket(lambda: end.link, theirs)
    try:
        yield ours, end
    finally:
        ours.close()
        await until(lambda: end.gone == 1)


def framed(message: object) -> bytes:
    data = encoder.encode(message)
    return struct.pack(">I", len(data)) + data


async def test_messages_come_whole_however_they_are_cut() -> None:
    told = [Offer(1, "x" * 5000), Ping(), Tell(2, "ü", 7), Tell(3, ""), Hang(1)]
    data = b"".join(framed(each) for each in told)
    loop = asyncio.get_running_loop()
    for piece in (1, 7, 4096, len(data)):
        async with line() as (ours, end):
            for at in range(0, len(data), piece):
                await loop.sock_sendall(ours, data[at : at + piece])
            await until(lambda end=end: end.heard == told)


@pytest.mark.parametrize(
    "data",
    [struct.pack(">I", 2**31), framed(Sound(1, b"")), struct.pack(">I", 3) + b"\xc1\xc1\xc1"],
    ids=["endless", "not for us", "nonsense"],
)
async def test_what_is_no_message_ends_it(data: bytes) -> None:
    async with line() as (ours, end):
        await asyncio.get_running_loop().sock_sendall(ours, data)
        await until(lambda: end.gone == 1)
        assert end.heard == []


async def test_what_nobody_reads_is_not_taken() -> None:
    async with line() as (_, end):
        piece = Tell(1, "x" * 500_000)
        taken = 0
        while end.link.send(piece):
            taken += 1
            assert taken < 100
        assert 500_000 * taken > UNREAD
        end.link.close()
        await until(lambda: end.gone == 1)
        assert not end.link.there and not end.link.send(Ping())


@pytest.mark.parametrize("report", [Sound(7, bytes(640))])
def test_sound_costs_few_bytes_more_than_it_has(report: Report) -> None:
    data = encoder.encode(report)
    assert len(data) < 640 + 16
    assert reports.decode(data) == report
