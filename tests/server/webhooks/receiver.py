"""A receiver of webhooks on a port of this machine, which does to its senders what a test wants."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from msgspec import Struct

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]

WAIT = 15.0  # seconds; far more than anything here takes


class Heard(Struct):
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.body)
        return message


class Receiver:
    """heard: what came, in order. answer: how each request is answered from now on."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answer: Answer = says(204)
        self.port = 0
        self.came = asyncio.Condition()

    def url(self, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}/hook?of=ours"

    async def has(self, many: int) -> None:
        """Returns when so many requests have come."""
        async with asyncio.timeout(WAIT), self.came:
            await self.came.wait_for(lambda: len(self.heard) >= many)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            _, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            pairs = (line.partition(": ") for line in lines if line)
            headers = {name.lower(): value for name, _, value in pairs}
            body = await reader.readexactly(int(headers["content-length"]))
            self.heard.append(Heard(headers, body))
            async with self.came:
                self.came.notify_all()
            await self.answer(writer)
        writer.close()


def says(status: int, *headers: str) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status} Thus", "content-length: 0", *headers]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        await writer.drain()

    return answer


def hangs(until: asyncio.Event) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        await until.wait()
        await says(204)(writer)

    return answer


async def never_stops(writer: asyncio.StreamWriter) -> None:
    """Headers without an end."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while not writer.is_closing():
        writer.write(b"x-more: " + b"y" * 1000 + b"\r\n")
        await writer.drain()


async def floods(writer: asyncio.StreamWriter) -> None:
    """A body without an end, after a good status."""
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"y" * 65_536)
        await writer.drain()


@asynccontextmanager
async def receiving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
