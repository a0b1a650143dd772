"""The socket part against real servers, with a wire of one word a message."""

import asyncio

import pytest
from captionflow import ServerError
from captionflow.protocol import Ended, Partial

from benchmarks.targets import session as module
from benchmarks.targets.session import session


class Plain:
    """`hello` greets, `fail` is a failure, `bye` is the end, all else is a caption."""

    def __init__(self, patience=float("inf")):
        self.ready, self.patience = False, patience

    def opening(self):
        return ["hi"]

    def audio(self, data):
        return [data]

    def flush(self):
        return ["flush"]

    def ending(self):
        return ["end"]

    def heard(self, message):
        if message == "hello":
            self.ready = True
            return []
        if message == "fail":
            raise ServerError("failed", "out of words")
        return [Ended(1, 0, 0.0)] if message == "bye" else [Partial(0, message)]

    def quiet(self, seconds):
        return [Ended(1, 0, 0.0)] if seconds >= self.patience else []


async def greet(socket):
    assert await socket.recv() == "hi"
    await socket.send("hello")


async def read(talk):
    return [event.text if isinstance(event, Partial) else "ended" async for event in talk]


async def failure(url, wire=None):
    """Open a session, say all there is to say and read; the error that comes out."""
    with pytest.raises(ServerError) as caught:
        async with session(url, {}, wire or Plain()) as talk:
            await talk.send(b"12")
            await read(talk)
    return caught.value


async def test_a_whole_session(serving):
    got = []

    async def converse(socket):
        await socket.recv()
        await socket.send("early")
        await socket.send("hello")
        async for message in socket:
            got.append(message)
            await socket.send("bye" if message == "end" else "word")

    async with serving(converse) as url, session(url, {}, Plain()) as talk:
        await talk.send(b"12")
        await talk.flush()
        await talk.end()
        assert await read(talk) == ["early", "word", "word", "ended"]
    assert got == [b"12", "flush", "end"]


async def test_a_server_that_never_greets(serving):
    async def converse(socket):
        await socket.wait_closed()

    async with serving(converse) as url:
        with pytest.raises(ServerError, match=f"{url} did not greet in 0.1 s"):
            async with session(url, {}, Plain(), greeting=0.1):
                pass


async def test_a_server_that_closes_in_place_of_a_greeting(serving):
    async def converse(socket):
        await socket.close(1013, "come back later")

    async with serving(converse) as url:
        error = await failure(url)
    assert error.message == "the server closed the session early with code 1013: come back later"


async def test_a_line_that_breaks(serving):
    async def converse(socket):
        await greet(socket)
        await socket.recv()
        socket.transport.abort()

    async with serving(converse) as url:
        error = await failure(url)
    assert (error.code, error.message) == (
        "lost",
        "the connection was lost before the session had ended",
    )


async def test_a_failure_that_the_server_tells(serving):
    async def converse(socket):
        await greet(socket)
        await socket.send("fail")
        await socket.wait_closed()

    async with serving(converse) as url:
        error = await failure(url)
    assert error.message == "out of words"


async def test_a_send_after_a_failure_tells_the_servers_reason(serving):
    async def converse(socket):
        await greet(socket)
        await socket.send("fail")
        await socket.close(1011)

    async with serving(converse) as url, session(url, {}, Plain()) as talk:
        reading = asyncio.create_task(read(talk))
        await asyncio.wait([reading], timeout=5)
        with pytest.raises(ServerError, match="out of words"):
            while True:
                await talk.send(b"12")
        with pytest.raises(ServerError, match="out of words"):
            await reading


async def test_a_close_in_order_before_the_end_is_a_failure(serving):
    async def converse(socket):
        await greet(socket)
        await socket.recv()

    async with serving(converse) as url:
        error = await failure(url)
    assert error.message == "the server closed the session early with code 1000"


async def test_a_close_in_order_after_the_end_is_one_more_way_to_end(serving):
    async def converse(socket):
        await greet(socket)
        assert await socket.recv() == "end"

    async with serving(converse) as url, session(url, {}, Plain()) as talk:
        await talk.end()
        assert await read(talk) == ["ended"]


async def test_quiet_counts_from_the_end_of_the_audio(serving, monkeypatch):
    monkeypatch.setattr(module, "LOOK", 0.02)

    async def converse(socket):
        await greet(socket)
        async for message in socket:
            await socket.send(str(message))

    async with serving(converse) as url, session(url, {}, Plain(patience=0.1)) as talk:
        reading = asyncio.create_task(read(talk))
        done, _ = await asyncio.wait([reading], timeout=0.3)
        assert not done
        await talk.end()
        async with asyncio.timeout(5):
            assert await reading == ["end", "ended"]


async def test_a_message_over_the_limit_is_a_failure(serving):
    async def converse(socket):
        await greet(socket)
        await socket.send("x" * (5 << 20))
        await socket.wait_closed()

    async with serving(converse) as url:
        error = await failure(url)
    assert error.message == "the server sent a message of over 4 MiB"
