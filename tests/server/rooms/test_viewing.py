"""Viewers of a server that runs, over HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server import serving as serving_module
from server.parts import OWNER
from server.rooms.broadcast import channel
from server.rooms.rooms import Rooms
from server.rooms.viewing import Viewing, event
from storage.bus.port import BUFFER, Bus, Message, Place
from tests.server.shared import Running, pcm, raw, serving, settings_for, until
from tests.server.viewers import watching

TALK = pcm("...." + "#" * 12 + "." * 9 + "#" * 9 + "." * 11)


def bus_of(server: Running) -> Bus:
    return server.registry.parts.bus


async def say(server: Running, room: str, number: int, text: str = "x") -> None:
    data = b'event: final\ndata: {"text":"%s"}\n\n' % text.encode()
    place = Place("s", number - 1, number, number)
    await bus_of(server).publish(channel(OWNER, room), data, place)


async def test_a_talk_is_watched_while_it_is_spoken(server: Running) -> None:
    async with watching(server.url, room="hall") as viewer, raw(server.url) as client:
        await client.hello(room="hall")
        await client.audio(0, TALK)
        await client.say("end", pos=len(TALK))
        await client.closed()
        (ended,) = await viewer.sees("end")
        told = [it["text"] for it in client.heard if it["type"] == "final"]
        assert viewer.finals == told and len(told) == 2
        partial = (await viewer.sees("partial"))[0]
        assert partial.id is None and partial.data["text"] and partial.data["stable"] >= 0
        assert viewer.numbers == sorted(set(viewer.numbers)) and len(viewer.numbers) == 3
        assert ended.data["duration"] == pytest.approx(len(TALK) / 32_000, abs=0.01)
        assert viewer.lines[0] == "retry: 1000"


async def test_a_session_without_a_room_is_watched_under_its_id(server: Running) -> None:
    async with raw(server.url) as client:
        session = (await client.hello())["session"]
        async with watching(server.url, room=session) as viewer:
            await client.audio(0, TALK)
            await client.hear("final")
            assert (await viewer.sees("final"))[0].data["session"] == session


async def test_who_comes_late_gets_the_last_finals_and_who_comes_back_all_it_missed(
    server: Running,
) -> None:
    for number in range(1, 11):
        await say(server, "hall", number)
    async with watching(server.url, room="hall") as late:
        await late.sees("final", 3)
        await say(server, "hall", 11)
        await late.sees("final", 4)
        assert late.numbers == [8, 9, 10, 11]
    async with watching(server.url, room="hall", last=4) as again:
        await again.sees("final", 7)
        assert again.numbers == list(range(5, 12))


async def test_a_number_may_come_as_a_parameter_and_nonsense_is_no_number(server: Running) -> None:
    for number in range(1, 6):
        await say(server, "hall", number)
    path = "/captions/hall/events"
    for query, first in (("?last_event_id=1", 2), ("?last_event_id=x", 3), ("", 3)):
        async with server.http.stream("GET", path + query) as answer:
            lines = answer.aiter_lines()
            async with asyncio.timeout(10):
                found = [line async for line in _until(lines, "id: 5")]
            assert found[0] == f"id: {first}"


async def _until(lines: AsyncIterator[str], last: str) -> AsyncIterator[str]:
    """The numbers up to this one."""
    async for line in lines:
        if line.startswith("id"):
            yield line
        if line == last:
            return


async def test_a_silent_room_is_kept_alive(tmp_path: Path, database_url: str) -> None:
    settings = settings_for(tmp_path, database_url, rooms={"keep_alive": 0.05})
    async with serving(settings) as server, watching(server.url, room="hall") as viewer:
        await until(lambda: viewer.lines.count(": keep-alive") >= 2)
        await say(server, "hall", 1)
        assert (await viewer.sees("final"))[0].id == 1


async def test_viewers_are_counted_and_have_a_bound(tmp_path: Path, database_url: str) -> None:
    settings = settings_for(tmp_path, database_url, rooms={"viewers": 2})
    async with serving(settings) as server:
        async with watching(server.url, room="a"), watching(server.url, room="b"):
            assert "captionflow_viewers 2.0" in (await server.get("/metrics")).text
            refused = await server.get("/captions/a/events")
            assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
            assert refused.headers["retry-after"]
        await until(lambda: server.server.app.state.rooms.watching == 0)
        async with watching(server.url, room="a"):
            assert "captionflow_viewers 1.0" in (await server.get("/metrics")).text


async def test_who_reads_too_slowly_is_cut_off_and_nobody_waits_for_it(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving_module, "UNREAD_FOR", 0.3)
    host, port = server.url.removeprefix("http://").split(":")
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect((host, int(port)))
        slow.sendall(f"GET /captions/hall/events HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        await until(lambda: server.server.app.state.rooms.watching == 1)
        async with watching(server.url, room="hall") as quick:
            for number in range(1, 400):
                await say(server, "hall", number, "x" * 20_000)
                await quick.sees("final", number)
            assert quick.numbers == list(range(1, 400))
            await until(lambda: server.server.app.state.rooms.watching == 1)


async def test_who_is_cut_off_goes_on_where_it_was(server: Running) -> None:
    async with watching(server.url, room="hall") as viewer:
        for number in range(1, 2 * BUFFER):
            # nobody else gets a turn meanwhile, and what waits to be sent is soon too much
            await say(server, "hall", number, "x" * 10_000)
        await viewer.sees("final", 3)
        await say(server, "hall", 2 * BUFFER)
        await until(lambda: viewer.last == 2 * BUFFER)
        assert viewer.connections == 2
        assert viewer.numbers == sorted(set(viewer.numbers))
    assert "captionflow_viewers_cut_total 1.0" in (await server.get("/metrics")).text


async def test_viewers_do_not_keep_a_server_from_stopping(
    tmp_path: Path, database_url: str
) -> None:
    async with (
        serving(settings_for(tmp_path, database_url)) as server,
        watching(server.url, room="hall"),
    ):
        server.server.should_exit = True
        await until(lambda: server.server.app.state.rooms.watching == 0, 4)


async def test_an_event_is_made_once_for_all() -> None:
    message = Message(7, b"event: final\ndata: {}\n\n")
    assert event(message) is event(message)
    assert event(message)["body"] == b"id: 7\nevent: final\ndata: {}\n\n"
    assert event(Message(None, b"x"))["body"] == b"x"


async def test_what_breaks_for_one_viewer_is_no_matter_of_others(server: Running) -> None:
    async with watching(server.url, room="hall") as viewer:
        rooms: Rooms = server.server.app.state.rooms
        broken = Viewing(rooms, channel(OWNER, "hall"), None)
        broken.busy = False
        broken.send = _refuses
        with rooms.seat(broken):
            async with rooms.bus.subscribe(broken.channel, None, 0, broken.at_once):
                await say(server, "hall", 1)
                await say(server, "hall", 2)
        await viewer.sees("final", 2)
        assert broken.over and viewer.numbers == [1, 2]


async def _refuses(event: Any) -> None:
    raise RuntimeError("no more")
