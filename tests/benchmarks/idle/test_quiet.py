"""One session, against the real server and against one that is none."""

import asyncio

import pytest
from captionflow import ServerError
from captionflow.dial import hang_up
from websockets.asyncio.server import serve
from websockets.typing import Subprotocol

from benchmarks.idle.quiet import STUCK, Quiet, enter
from tests.server.shared import Running, pcm, until

SILENCE = bytes(640)


class Told(Quiet):
    """Only listens; nothing of a socket is needed for that."""

    def __init__(self) -> None:
        super().__init__(None, lambda: 5.0)


async def test_what_is_sent_is_acknowledged_and_pings_come_back(server: Running):
    quiet = await enter(server.url, None)
    reading = asyncio.create_task(quiet.read())
    for _ in range(10):
        quiet.send(SILENCE)
    quiet.ping()
    await until(lambda: quiet.received == quiet.sent == 6400 and len(quiet.trips) == 1)
    assert 0 < quiet.trips[0] < 5 and quiet.failure is None
    await hang_up(quiet.socket)
    await asyncio.wait_for(reading, 5)


async def test_text_where_nobody_spoke_is_counted(server: Running):
    quiet = await enter(server.url, None)
    reading = asyncio.create_task(quiet.read())
    sound = pcm("...########..........")
    for at in range(0, len(sound), 640):
        quiet.send(sound[at : at + 640])
    await until(lambda: quiet.heard == 1)
    await hang_up(quiet.socket)
    await asyncio.wait_for(reading, 5)


async def test_a_server_without_room_says_so(server: Running):
    inside = [await enter(server.url, None) for _ in range(3)]
    with pytest.raises(ServerError, match="no room"):
        await enter(server.url, None)
    for quiet in inside:
        await hang_up(quiet.socket)


def test_an_error_is_the_reason_that_is_kept():
    quiet = Told()
    quiet._told('{"type": "error", "code": "idle", "message": "no audio", "fatal": true}')
    quiet._failed("the server closed with 4408")
    assert quiet.failure == "idle: no audio"


async def test_a_server_that_stops_reading_fails_the_session():
    async def deaf(socket):
        await socket.recv()
        await socket.send('{"type": "welcome", "session": "s"}')
        socket.transport.pause_reading()
        await gone.wait()

    gone = asyncio.Event()
    async with serve(deaf, "127.0.0.1", 0, subprotocols=[Subprotocol("stt.v1")]) as server:
        port = server.sockets[0].getsockname()[1]
        quiet = await enter(f"http://127.0.0.1:{port}", None)
        for _ in range(400):
            quiet.send(bytes(STUCK // 16))
        assert quiet.failure == "the server stopped reading"
        sent = quiet.sent
        quiet.send(SILENCE)
        assert quiet.sent == sent
        quiet.socket.transport.abort()
        gone.set()


async def test_another_server_is_none():
    async def other(socket):
        await socket.recv()
        await socket.send('{"type": "pong", "t": 1}')

    async with serve(other, "127.0.0.1", 0, subprotocols=[Subprotocol("stt.v1")]) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ServerError, match="in place of a greeting"):
            await enter(f"http://127.0.0.1:{port}", None)
