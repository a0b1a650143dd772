"""Viewers as a process: `python -m benchmarks.viewers.crowd HOST PORT ROOM COUNT`.

Prints `watching` when all of them are, and when its input is closed what they saw. It does as
little as it can while it watches: pieces are kept with their times and read at the end.
"""

import asyncio
import gc
import sys
import time
from array import array
from collections.abc import Sequence
from typing import cast

import msgspec
import uvloop
from msgspec import Struct

from benchmarks.viewers.reading import Caption, Reader

AT_ONCE = 50  # that connect at a time
CONNECT = 60.0  # seconds until all are there
TICK = 0.05  # seconds between two looks at how late this process is
HEAD = b"\r\n\r\n"


class Watched(Struct, frozen=True):
    """What one viewer saw: numbers of captions and when, in seconds of the monotonic clock.

    cut: the server ended its connection. refused: what it answered instead of captions.
    """

    times: bytes
    captions: bytes
    cut: bool
    refused: str = ""


class Seen(Struct, frozen=True):
    """Of a process. late: seconds that it was behind, one for each tick. cores: that it used."""

    captions: tuple[Caption, ...]
    viewers: tuple[Watched, ...]
    late: tuple[float, ...]
    cores: float


class Viewer(asyncio.Protocol):
    def __init__(self, request: bytes, there: asyncio.Future[None]) -> None:
        self.request = request
        self.there = there
        self.head: bytes | None = b""  # of the answer so far; None: it is complete
        self.times = array("d")
        self.pieces: list[bytes] = []
        self.cut = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        if self.head is None:
            self.times.append(time.monotonic())
            self.pieces.append(data)
        else:
            self._answered(self.head + data)

    def _answered(self, data: bytes) -> None:
        self.head = data
        head, found, body = data.partition(HEAD)
        if not found:
            return
        if head.startswith(b"HTTP/1.1 200 "):
            self.head = None
        if body and self.head is None:
            self.data_received(body)
        if not self.there.done():
            self.there.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self.cut = True
        if not self.there.done():
            self.there.set_result(None)

    @property
    def refused(self) -> str:
        if self.head is None:
            return ""
        return self.head.partition(b"\r\n")[0].decode(errors="replace") or "no answer"


class Crowd:
    def __init__(self, host: str, port: int, room: str) -> None:
        self.host, self.port = host, port
        target = f"GET /captions/{room}/events HTTP/1.1"
        self.request = f"{target}\r\nHost: {host}\r\nAccept: text/event-stream\r\n\r\n".encode()
        self.viewers: list[Viewer] = []
        self.late = array("d")

    async def gather(self, count: int) -> None:
        """Returns when all of them are answered."""
        for first in range(0, count, AT_ONCE):
            some = range(min(AT_ONCE, count - first))
            await asyncio.gather(*(self._enter() for _ in some))

    async def _enter(self) -> None:
        loop = asyncio.get_running_loop()
        there: asyncio.Future[None] = loop.create_future()
        viewer = Viewer(self.request, there)
        self.viewers.append(viewer)
        await loop.create_connection(lambda: viewer, self.host, self.port)
        await there

    async def tick(self) -> None:
        """Until it is cancelled."""
        while True:
            due = time.monotonic() + TICK
            await asyncio.sleep(TICK)
            self.late.append(time.monotonic() - due)

    def seen(self, cores: float) -> Seen:
        numbers: dict[Caption, int] = {}
        known: dict[bytes, list[Caption]] = {}
        viewers = tuple(self._watched(viewer, numbers, known) for viewer in self.viewers)
        return Seen(tuple(numbers), viewers, tuple(self.late), cores)

    def _watched(
        self, viewer: Viewer, numbers: dict[Caption, int], known: dict[bytes, list[Caption]]
    ) -> Watched:
        reader, times, captions = Reader(known), array("d"), array("I")
        for at, piece in zip(viewer.times, viewer.pieces, strict=True):
            for caption in reader.feed(piece):
                times.append(at)
                captions.append(numbers.setdefault(caption, len(numbers)))
        return Watched(times.tobytes(), captions.tobytes(), viewer.cut, viewer.refused)


async def watch(host: str, port: int, room: str, count: int) -> Seen:
    """Until the input of this process is closed."""
    crowd = Crowd(host, port, room)
    async with asyncio.timeout(CONNECT):
        await crowd.gather(count)
    gc.freeze()  # nothing of it goes, and to look at it would be a pause
    print("watching", flush=True)
    ticking = asyncio.create_task(crowd.tick())
    began, spent = time.monotonic(), time.process_time()
    await asyncio.to_thread(sys.stdin.buffer.read)
    cores = (time.process_time() - spent) / (time.monotonic() - began)
    ticking.cancel()
    seen = crowd.seen(cores)
    for viewer in crowd.viewers:
        viewer.transport.abort()
    return seen


def main(arguments: Sequence[str]) -> None:
    host, port, room, count = arguments
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        seen = runner.run(watch(host, int(port), room, int(count)))
    sys.stdout.buffer.write(msgspec.msgpack.encode(seen))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
