"""A way from a client to a server that can be cut, reset, frozen or half lost. Reads nothing."""

import asyncio
import socket
import struct
from asyncio import Event, StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from benchmarks.chaos.schedule import Drop, Way

PIECE = 65_536  # bytes that are carried at a time
RST = struct.pack("ii", 1, 0)  # of SO_LINGER: a close that is a reset


class Pipe:
    """One connection of the client's and the one to the server that belongs to it."""

    def __init__(self, client: StreamWriter, server: StreamWriter) -> None:
        self.client = client
        self.server = server
        self.carrying: list[asyncio.Task[None]] = []
        self.hears = Event()  # what the server says comes through
        self.hears.set()

    def close(self, reset: bool) -> None:
        """Both sides see it."""
        self.stop()
        _end(self.client, reset)
        _end(self.server, reset)

    def half(self) -> None:
        """The client sees it; to the server it is silence."""
        self.stop()
        _end(self.client, False)

    def stop(self) -> None:
        for task in self.carrying:
            task.cancel()


class Path:
    """url: where the client finds the server. since: when there was a way again."""

    def __init__(self, host: str, port: int) -> None:
        """host, port: of the server."""
        self.host, self.port = host, port
        self.url = ""
        self.since = 0.0
        self.blocked = False  # nobody gets through
        self.passing = Event()  # not frozen
        self.passing.set()
        self.pipes: set[Pipe] = set()
        self.halves: set[Pipe] = set()
        self.taking: set[asyncio.Task[None]] = set()

    async def drop(self, drop: Drop) -> None:
        """Returns when it is over."""
        match drop.way:
            case Way.CUT | Way.RESET:
                self.blocked = True
                self._close(drop.way is Way.RESET)
            case Way.FREEZE:
                self.passing.clear()
            case Way.HALF:
                self._halve()
            case Way.DEAF:
                for pipe in self.pipes:
                    pipe.hears.clear()
        await asyncio.sleep(drop.seconds)
        self._heal()

    def _close(self, reset: bool) -> None:
        for pipe in self.pipes:
            pipe.close(reset)
        self.pipes.clear()

    def _halve(self) -> None:
        for pipe in self.pipes:
            pipe.half()
        self.halves |= self.pipes
        self.pipes.clear()

    def _heal(self) -> None:
        if self.blocked or not self.passing.is_set():
            self.since = asyncio.get_running_loop().time()
        self.blocked = False
        self.passing.set()
        for pipe in self.halves:
            pipe.close(False)
        self.halves.clear()
        for pipe in self.pipes:
            pipe.hears.set()

    def take(self, reader: StreamReader, client: StreamWriter) -> None:
        """A connection of the client's."""
        task = asyncio.create_task(self._take(reader, client))
        self.taking.add(task)
        task.add_done_callback(self.taking.discard)

    async def _take(self, reader: StreamReader, client: StreamWriter) -> None:
        if self.blocked:
            return _end(client, True)
        try:
            answers, server = await asyncio.open_connection(self.host, self.port)
        except OSError:
            return _end(client, True)
        pipe = Pipe(client, server)
        pipe.carrying = [
            asyncio.create_task(self._carry(reader, server, self.passing)),
            asyncio.create_task(self._carry(answers, client, self.passing, pipe.hears)),
        ]
        self.pipes.add(pipe)
        await asyncio.wait(pipe.carrying, return_when=asyncio.FIRST_COMPLETED)
        if pipe in self.pipes:
            self.pipes.discard(pipe)
            pipe.close(False)
        await asyncio.gather(*pipe.carrying, return_exceptions=True)
        for writer in (client, server):
            with suppress(OSError):
                await writer.wait_closed()

    async def _carry(self, reader: StreamReader, writer: StreamWriter, *gates: Event) -> None:
        """All gates have to be open."""
        with suppress(OSError):
            while data := await reader.read(PIECE):
                for gate in gates:
                    await gate.wait()
                writer.write(data)
                await writer.drain()
            await self.passing.wait()

    async def close(self) -> None:
        self._close(False)
        self._heal()
        await asyncio.gather(*self.taking, return_exceptions=True)


@asynccontextmanager
async def path(host: str, port: int) -> AsyncIterator[Path]:
    """A way that is open, on a port of its own, until the end of the block."""
    way = Path(host, port)
    server = await asyncio.start_server(way.take, "127.0.0.1", 0)
    way.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield way
    finally:
        server.close()
        await way.close()


def _end(writer: StreamWriter, reset: bool) -> None:
    if reset and (raw := writer.get_extra_info("socket")) is not None:
        with suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
    if reset:
        writer.transport.abort()
    else:
        writer.close()
