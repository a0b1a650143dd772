"""A door before a server, as an operator may put there: nobody gets to `/v1` without the token."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

REFUSAL = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@asynccontextmanager
async def guarded(target: str, token: str) -> AsyncIterator[str]:
    """The address of the door. The token comes as WebSockets of browsers bring it."""
    port = urlsplit(target).port
    open_now: set[asyncio.Task[None]] = set()

    async def enter(reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_now.add(task)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if head.startswith(b"GET /v1/") and f"bearer.{token}".encode() not in head:
                writer.write(REFUSAL)
                await writer.drain()
            else:
                await pass_on(head, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            open_now.discard(task)
            writer.transport.abort()

    async def pass_on(head: bytes, reader: StreamReader, writer: StreamWriter) -> None:
        up, down = await asyncio.open_connection("127.0.0.1", port)
        # one request for each connection, so that each is looked at
        down.write(head.replace(b"Connection: keep-alive", b"Connection: close"))
        ways = [asyncio.create_task(carry(reader, down)), asyncio.create_task(carry(up, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            down.transport.abort()

    server = await asyncio.start_server(enter, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in list(open_now):
            task.cancel()
        await asyncio.gather(*open_now, return_exceptions=True)
        await server.wait_closed()


async def carry(source: StreamReader, target: StreamWriter) -> None:
    while data := await source.read(1 << 14):
        target.write(data)
        await target.drain()
