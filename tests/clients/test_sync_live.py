"""The live client for programs without an event loop, against a peer that follows a script."""

import asyncio
import gc
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import captionflow
import pytest
from captionflow import Ended, Final, Partial, ServerError, Welcome

from tests.clients.conftest import Script, playing
from tests.clients.test_live import finish, greet, kinds, tell

WAIT = 15.0  # seconds; far more than anything here takes


@contextmanager
def peer(script: Script) -> Iterator[str]:
    """As that of the async tests, in a loop and a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="peer")
    thread.start()
    play = playing(script)
    try:
        yield asyncio.run_coroutine_threadsafe(play.__aenter__(), loop).result(WAIT)
    finally:
        leaving = play.__aexit__(None, None, None)
        asyncio.run_coroutine_threadsafe(leaving, loop).result(WAIT)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(WAIT)
        loop.close()


async def order(socket: Any) -> dict[str, Any]:
    """What is asked for next; acknowledgements come whenever they are due."""
    while (message := json.loads(await socket.recv()))["type"] == "ack":
        pass
    return dict(message)


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    gc.collect()  # what was never awaited or closed says so now
    assert not [it for it in threading.enumerate() if it.name == "captionflow"]


def test_a_session_from_hello_to_ended() -> None:
    seen: dict[str, Any] = {}

    async def script(socket: Any) -> None:
        seen["hello"] = await greet(socket)
        seen["audio"] = await socket.recv()
        seen["flush"] = await order(socket)
        await tell(socket, "partial", seg=0, rev=1, text="Good mor", stable=4, start=0.1, end=0.5)
        await tell(socket, "final", seq=1, seg=0, start=0.1, end=0.9, text="Good morning.")
        await tell(socket, "flushed", seq=2, id="a", pos=4)
        seen["update"] = await order(socket)
        await tell(socket, "updated", seq=3, options={})
        seen["ping"] = await order(socket)
        await tell(socket, "pong", t=1.5)
        seen["end"] = await order(socket)
        await finish(socket, 4, 4)

    with peer(script) as url, captionflow.connect_sync(url, language="en") as live:
        assert (live.welcome.session, live.connected) == ("s1", True)
        live.send(b"abcd")
        live.flush("a")
        events = [live.next() for _ in range(4)]
        live.update(captionflow.Options(partials=False))
        assert kinds([live.next()]) == ["Updated"]
        live.ping(1.5)
        assert kinds([live.next()]) == ["Pong"]
        live.end()
        events += list(live)
        assert live.next() is None and live.progress.seq == 4
    assert kinds(events) == ["Welcome", "Partial", "Final", "Flushed", "Ended"]
    assert seen["hello"]["language"] == "en"
    assert seen["audio"] == b"\x01" + bytes(8) + b"abcd"
    assert seen["end"] == {"type": "end", "pos": 4}


def test_one_thread_speaks_and_another_one_reads() -> None:
    async def script(socket: Any) -> None:
        await greet(socket)
        seq = 0
        async for message in socket:
            if isinstance(message, bytes):
                seq += 1
                await tell(socket, "final", seq=seq, seg=seq, start=0, end=1, text=f"{seq}")
            elif json.loads(message)["type"] == "end":
                await finish(socket, 100, 51)

    with peer(script) as url, captionflow.connect_sync(url) as live:

        def speak() -> None:
            for _ in range(50):
                live.send(b"ab")
            live.end()

        speaking = threading.Thread(target=speak)
        speaking.start()
        texts = [event.text for event in live if isinstance(event, Final)]
        speaking.join(WAIT)
    assert texts == [f"{seq}" for seq in range(1, 51)]


def test_nothing_is_lost_by_who_waits_only_for_a_while() -> None:
    said = threading.Event()

    async def script(socket: Any) -> None:
        await greet(socket)
        await asyncio.to_thread(said.wait, WAIT)
        await tell(socket, "partial", seg=0, text="Good")
        await finish(socket, 0, 1)

    with peer(script) as url, captionflow.connect_sync(url) as live:
        assert isinstance(live.next(WAIT), Welcome)
        with pytest.raises(TimeoutError):
            live.next(0.05)
        said.set()
        assert isinstance(live.next(WAIT), Partial)
        assert isinstance(live.next(WAIT), Ended)


def test_a_lost_connection_is_made_again() -> None:
    hellos: list[dict[str, Any]] = []

    async def script(socket: Any) -> None:
        again = len(hellos) > 0
        hello = await greet(socket, resumed=again, linger_s=30, seq=int(again))
        hellos.append(hello)
        if not again:
            await socket.recv()
            await tell(socket, "final", seq=1, seg=0, start=0, end=1, text="one")
            assert json.loads(await socket.recv()) == {"type": "ack", "seq": 1}
            socket.transport.abort()
            return
        await socket.recv()
        await tell(socket, "final", seq=2, seg=1, start=1, end=2, text="two")
        await finish(socket, 2, 3)

    with peer(script) as url, captionflow.connect_sync(url) as live:
        live.send(b"ab")
        texts = [event.text for event in live if isinstance(event, Final)]
    assert texts == ["one", "two"]
    assert hellos[1]["resume"] == {"session": "s1", "token": "t1", "seq": 1}


@pytest.mark.parametrize("waits", ["next", "send"])
def test_whoever_waits_is_woken_by_a_close(waits: str) -> None:
    async def script(socket: Any) -> None:
        await greet(socket, max_ahead_s=0.01)
        await socket.wait_closed()

    with peer(script) as url, captionflow.connect_sync(url) as live:
        live.next()
        errors: list[str] = []

        def wait() -> None:
            try:
                live.next() if waits == "next" else live.send(bytes(640))
            except ServerError as error:
                errors.append(error.code)

        waiting = threading.Thread(target=wait)
        waiting.start()
        live.close()
        waiting.join(WAIT)
        assert errors == ["closed"]
        with pytest.raises(ServerError, match="closed by its owner"):
            live.send(b"ab")
        live.close()


def test_what_ends_the_session_early_is_raised() -> None:
    async def script(socket: Any) -> None:
        await greet(socket)
        await tell(socket, "error", code="overloaded", message="busy", fatal=True)
        await socket.close(1013)

    with peer(script) as url, captionflow.connect_sync(url) as live:
        with pytest.raises(ServerError, match="busy"):
            list(live)
        with pytest.raises(ServerError, match="busy"):
            live.send(b"ab")


def test_a_server_that_refuses_and_a_bad_argument() -> None:
    async def script(socket: Any) -> None:
        await socket.recv()
        await tell(socket, "error", code="unknown_model", message="no model 'x'", fatal=True)
        await socket.close(4400)

    with peer(script) as url:
        with (
            pytest.raises(ServerError, match="no model 'x'"),
            captionflow.connect_sync(url, model="x"),
        ):
            pass
        with (
            pytest.raises(ValueError, match="less than a second"),
            captionflow.connect_sync(url, keep=0.5),
        ):
            pass


def test_one_that_is_never_opened_costs_nothing() -> None:
    captionflow.connect_sync("http://127.0.0.1:1")
