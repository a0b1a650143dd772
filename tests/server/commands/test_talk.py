"""A conversation's ends: the source's, the speaker's, the server's."""

import asyncio
import os
import signal

import pytest
from captionflow import Ended, Final, ServerError

from server.audio.decoding import UnreadableAudio
from server.commands.talk import converse, interrupts, until
from tests.server.shared import Running, of, pcm

TALK = pcm("...######......")


async def source(*pieces, then=None):
    for piece in pieces:
        yield piece
    if then:
        raise then


async def silent():
    """Gives nothing and does not end; remembers that it was told to."""
    try:
        await asyncio.Event().wait()
        yield b""
    finally:
        silent.closed = True


async def conversed(live, pieces, stop=None):
    seen = []
    async with asyncio.timeout(15):
        await converse(live, pieces, seen.append, stop or asyncio.Event())
    return seen


async def test_the_source_ends_and_the_last_words_come(server: Running):
    async with server.connect() as live:
        seen = await conversed(live, source(TALK))
    assert [final.text for final in of(Final, seen)] == ["w1 w2"]
    assert isinstance(seen[-1], Ended)


async def test_a_source_that_fails_ends_the_session_and_is_told(server: Running):
    seen = []
    async with server.connect() as live, asyncio.timeout(15):
        with pytest.raises(UnreadableAudio, match="torn"):
            torn = source(TALK, then=UnreadableAudio("torn"))
            await converse(live, torn, seen.append, asyncio.Event())
    assert [final.text for final in of(Final, seen)] == ["w1 w2"]
    assert (await server.over(live.welcome.session))["state"] == "ready"


async def test_a_stop_ends_it_while_the_source_is_waited_for(server: Running):
    stop = asyncio.Event()
    stop.set()
    async with server.connect() as live:
        seen = await conversed(live, silent(), stop)
    assert isinstance(seen[-1], Ended)
    assert silent.closed


async def test_a_server_that_stops_is_told(server: Running):
    async with server.connect() as live:
        talking = asyncio.create_task(conversed(live, silent()))
        server.server.should_exit = True
        with pytest.raises(ServerError, match="restarting"):
            await talking


async def test_whoever_shows_may_fail(server: Running):
    """As a pipe does that nobody reads any more."""

    def broken(_):
        raise BrokenPipeError

    async with server.connect() as live, asyncio.timeout(15):
        with pytest.raises(BrokenPipeError):
            await converse(live, source(TALK), broken, asyncio.Event())


async def test_until_gives_everything_when_nobody_stops_it():
    stop = asyncio.Event()
    assert [piece async for piece in until(stop, source(b"a", b"b"))] == [b"a", b"b"]


async def test_the_first_signal_asks_and_the_second_cancels():
    stop = asyncio.Event()

    async def interrupted():
        with interrupts(stop):
            os.kill(os.getpid(), signal.SIGINT)
            await stop.wait()
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.Event().wait()

    task = asyncio.create_task(interrupted())
    done, _ = await asyncio.wait([task], timeout=10)
    assert done and task.cancelled()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
