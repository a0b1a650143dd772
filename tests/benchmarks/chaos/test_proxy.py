"""A way that is cut, reset, frozen or half lost; a server that echoes is at its end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from benchmarks.chaos.proxy import Path, path
from benchmarks.chaos.schedule import Drop, Way

WAIT = 10.0


class Echo:
    def __init__(self):
        self.ended = asyncio.Event()  # a connection to the server is over
        self.tasks = []

    def __call__(self, reader, writer):
        self.tasks.append(asyncio.create_task(self.answer(reader, writer)))

    async def answer(self, reader, writer):
        with suppress(OSError):
            while data := await reader.read(100):
                writer.write(data)
                await writer.drain()
        self.ended.set()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


@pytest.fixture
def echo():
    return Echo()


@pytest.fixture
async def way(echo) -> AsyncIterator[Path]:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with path("127.0.0.1", port) as way:
        yield way
    server.close()
    async with asyncio.timeout(WAIT):
        await asyncio.gather(*echo.tasks)


@pytest.fixture
async def dialled(way):
    """More and more connections; closed at the end."""
    opened = []

    async def dial():
        port = int(way.url.rpartition(":")[2])
        opened.append(await asyncio.open_connection("127.0.0.1", port))
        return opened[-1]

    yield dial
    for _, writer in opened:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def said(reader, writer, data=b"hello"):
    async with asyncio.timeout(WAIT):
        writer.write(data)
        return await reader.readexactly(len(data))


async def over(reader):
    """Whether the connection has ended, by a close or a reset."""
    async with asyncio.timeout(WAIT):
        try:
            return await reader.read(100) == b""
        except ConnectionError:
            return True


@pytest.fixture
def dropped(way):
    """A drop that is under way inside; at the end it is over."""

    class Dropped:
        def __init__(self, kind, seconds):
            self.drop = Drop(kind, 0.0, seconds)

        async def __aenter__(self):
            self.task = asyncio.create_task(way.drop(self.drop))
            await asyncio.sleep(0)

        async def __aexit__(self, *_):
            async with asyncio.timeout(WAIT):
                await self.task

    return Dropped


@pytest.mark.parametrize("kind", [Way.CUT, Way.RESET])
async def test_what_is_cut_is_over_and_nobody_gets_through_meanwhile(
    way, echo, dialled, dropped, kind
):
    reader, writer = await dialled()
    assert await said(reader, writer) == b"hello"
    async with dropped(kind, 0.3):
        assert await over(reader)
        again, _ = await dialled()
        assert await over(again)
        await asyncio.wait_for(echo.ended.wait(), WAIT)
    reader, writer = await dialled()
    assert await said(reader, writer) == b"hello"
    assert way.since > 0


async def test_what_is_frozen_comes_later(dialled, dropped):
    reader, writer = await dialled()
    assert await said(reader, writer) == b"hello"
    async with dropped(Way.FREEZE, 0.2):
        writer.write(b"later")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await reader.read(100)
    async with asyncio.timeout(WAIT):
        assert await reader.readexactly(5) == b"later"


async def test_of_what_is_half_lost_only_the_client_knows(echo, dialled, dropped):
    reader, writer = await dialled()
    assert await said(reader, writer) == b"hello"
    async with dropped(Way.HALF, 0.2):
        assert await over(reader)
        assert not echo.ended.is_set()
        again, other = await dialled()
        assert await said(again, other) == b"hello", "others get through"
        assert not echo.ended.is_set()
    await asyncio.wait_for(echo.ended.wait(), WAIT)


async def test_a_deaf_client_is_heard(echo, dialled, dropped):
    reader, writer = await dialled()
    assert await said(reader, writer) == b"hello"
    async with dropped(Way.DEAF, 0.2):
        writer.write(b"later")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await reader.read(100)
        again, other = await dialled()
        assert await said(again, other) == b"hello"
    async with asyncio.timeout(WAIT):
        assert await reader.readexactly(5) == b"later"
