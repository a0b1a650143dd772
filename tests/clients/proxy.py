"""A TCP proxy on 127.0.0.1 whose connections can be cut, frozen and slowed down."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class Proxy:
    """port: where it goes, which may change. count: connections so far."""

    def __init__(self, target: str) -> None:
        self.port = urlsplit(target).port
        self.url = ""
        self.count = 0
        self.delay = 0.0  # seconds that each piece takes
        self.cut_after: int | None = None  # bytes from the client, of the next connections
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.tasks: set[asyncio.Task[None]] = set()
        self.writers: set[StreamWriter] = set()

    def cut(self) -> None:
        """All connections are gone at once, without a word."""
        for writer in self.writers:
            writer.transport.abort()

    def freeze(self) -> None:
        """Nothing passes, nothing is closed; connections made later pass again after `thaw`."""
        self.flowing.clear()

    def thaw(self) -> None:
        self.flowing.set()

    async def take(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.count += 1
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        self.writers.add(writer)
        try:
            up, down = await asyncio.open_connection("127.0.0.1", self.port)
            self.writers.add(down)
            limit, self.cut_after = self.cut_after, None
            async with asyncio.TaskGroup() as group:
                group.create_task(self.carry(reader, down, limit))
                group.create_task(self.carry(up, writer, None))
        except* OSError:
            pass
        finally:
            for each in (writer, down) if "down" in locals() else (writer,):
                each.transport.abort()
                with suppress(OSError):
                    await each.wait_closed()
                self.writers.discard(each)
            self.tasks.discard(task)

    async def carry(self, source: StreamReader, target: StreamWriter, limit: int | None) -> None:
        passed = 0
        while data := await source.read(1 << 14):
            await self.flowing.wait()
            await asyncio.sleep(self.delay)
            passed += len(data)
            if limit is not None and passed > limit:
                raise OSError("cut")
            target.write(data)
            await target.drain()
        raise OSError("closed")


@asynccontextmanager
async def between(target: str) -> AsyncIterator[Proxy]:
    proxy = Proxy(target)
    server = await asyncio.start_server(proxy.take, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        proxy.thaw()
        proxy.cut()
        for task in list(proxy.tasks):
            task.cancel()
        await asyncio.gather(*proxy.tasks, return_exceptions=True)
        await server.wait_closed()
