"""Whose a room is: publishers that meet, vanish, come back, and lose the process of media."""

import asyncio
import os
import signal
from pathlib import Path

import psutil
import pytest

from server.settings import Settings
from server.webrtc import calls
from tests.server.shared import Running, serving, settings_for, until
from tests.server.viewers import watching
from tests.server.webrtc.publisher import publisher, publishing

TALK = "...." + "#" * 15 + "." * 12
SAID = "w1 w2 w3 w4 w5"


def media(server: Running) -> psutil.Process:
    """The process of media."""
    process = server.server.app.state.calls.board.media.process
    assert process is not None
    return psutil.Process(process.pid)


async def test_a_room_has_one_publisher(server: Running) -> None:
    async with publishing(server.url, picture=TALK) as one, publisher(server.url) as other:
        refused = await other.publish()
        assert (refused.status_code, refused.json()["code"]) == (409, "room_busy")
        assert refused.headers["retry-after"] == "3"
        async with publishing(server.url, room="another") as third:
            await third.hears("welcome")
        await one.hears("final")


async def test_two_at_the_same_moment_are_one(server: Running) -> None:
    async with publisher(server.url) as one, publisher(server.url) as other:
        offers = [await each.offer() for each in (one, other)]
        answers = await asyncio.gather(one.publish(offers[0]), other.publish(offers[1]))
    assert sorted(each.status_code for each in answers) == [201, 409]


async def test_who_hung_up_leaves_the_room_to_others(server: Running) -> None:
    sessions = set()
    for _ in range(2):
        async with publishing(server.url, picture=TALK) as one:
            sessions.add((await one.hears("welcome"))["session"])
            await one.hears("final")
            await one.hang_up()
    assert len(sessions) == 2


async def test_who_vanished_goes_on_with_its_session(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a program does after a change of networks: the old connection is still there for us."""
    monkeypatch.setattr(calls, "FRESH", 0.3)
    loop = asyncio.get_running_loop()
    async with watching(server.url, room="hall") as viewer:
        async with publishing(server.url, picture=TALK, pace=1.0, language="en") as one:
            welcome = await one.hears("welcome")
            began = loop.time()
            await one.hears("final")
            last = one.of("final")[-1]["seq"]
            one.say("ack", seq=last)
            await until(lambda: server.registry.running[welcome["session"]].said.outbox.acked >= 3)
            await one.vanish()
            call = server.server.app.state.calls.rooms["hall"].call
            await until(lambda: loop.time() - call.sign > 0.3)
            async with publishing(server.url, picture=TALK, pace=1.0, language="en") as two:
                again = await two.hears("welcome")
                between = loop.time() - began
                assert (again["session"], again["resumed"]) == (welcome["session"], True)
                assert again["after"] == last
                final = await two.hears("final")
                await two.hang_up()
                ended = await two.hears("ended")
        await viewer.sees("end")
    assert [each["seq"] for each in two.heard if "seq" in each][1:] == list(
        range(last + 1, ended["seq"] + 1)
    )
    # the words stand where they were said on the clock of the first publisher
    assert final["start"] == pytest.approx(between + 0.3, abs=0.7)
    assert len(viewer.finals) == 2
    assert len((await server.get("/v1/sessions")).json()["sessions"]) == 1


async def test_a_lost_connection_is_waited_for_and_not_for_ever(
    tmp_path: Path, database_url: str
) -> None:
    settings = settings_for(tmp_path, database_url, webrtc={"loopback": True, "linger": 0.5})
    async with serving(settings) as server:
        async with publishing(server.url, picture=TALK, language="en") as one:
            session = (await one.hears("welcome"))["session"]
            await one.hears("final")
            location = one.answer.headers["location"]
        record = await server.over(session)
        assert record["state"] == "ready"
        assert (await server.http.delete(location)).status_code == 404


async def test_a_session_that_waits_may_be_ended(server: Running) -> None:
    async with publishing(server.url, picture=TALK, language="en") as one:
        session = (await one.hears("welcome"))["session"]
        await one.hears("final")
        location = one.answer.headers["location"]
    live = server.registry.running[session]
    await until(lambda: live.holding.holder is None)
    assert (await server.http.delete(location)).status_code == 200
    assert (await server.over(session))["state"] == "ready"
    assert (await server.http.delete(location)).status_code == 404


async def test_the_process_of_media_dies_and_publishers_come_back(server: Running) -> None:
    async with publishing(server.url, picture=TALK, language="en") as one:
        session = (await one.hears("welcome"))["session"]
        await one.hears("final")
        child = media(server)
        child.send_signal(signal.SIGKILL)
        live = server.registry.running[session]
        await until(lambda: live.holding.holder is None)
        async with publishing(server.url, picture=TALK, language="en") as two:
            assert (await two.hears("welcome"))["session"] == session
            await two.hears("final", 2)
            assert media(server).pid != child.pid
            await two.hang_up()
    assert (await server.over(session))["state"] == "ready"


async def test_who_never_connects_leaves_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "CONNECT", 0.5)
    async with serving(settings) as server, publisher(server.url) as one:
        assert (await one.publish()).status_code == 201
        assert len(server.registry.running) == 1

        async def nothing() -> bool:
            sessions = (await server.get("/v1/sessions")).json()["sessions"]
            return not sessions and not server.registry.running

        await until(nothing)
        await server.tidied()
        assert (await one.hang_up()).status_code == 404
        assert (await one.publish()).status_code == 201


async def test_there_is_room_for_so_many(tmp_path: Path, database_url: str) -> None:
    settings = settings_for(tmp_path, database_url, webrtc={"loopback": True, "max_calls": 1})
    async with (
        serving(settings) as server,
        publishing(server.url, room="a"),
        publisher(server.url, room="b") as other,
    ):
        refused = await other.publish()
        assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
        assert refused.headers["retry-after"] == "5"


async def test_live_sessions_are_counted_together(tmp_path: Path, database_url: str) -> None:
    settings = settings_for(
        tmp_path, database_url, server={"max_sessions": 1}, webrtc={"loopback": True}
    )
    async with (
        serving(settings) as server,
        server.connect(),
        publisher(server.url) as one,
    ):
        assert (await one.publish()).status_code == 503
        assert server.server.app.state.calls.board.calls == 0


async def test_a_server_that_comes_back_goes_on_with_the_room(settings: Settings) -> None:
    """Its sessions were cut, as by a crash: what is in the journal goes on with the publisher."""
    async with (
        serving(settings) as server,
        publishing(server.url, picture=TALK, language="en") as one,
    ):
        session = (await one.hears("welcome"))["session"]
        await one.hears("final")
        live = server.registry.running[session]
        await until(lambda: live.said.durable > 60_000)
        server.registry.lives.cancel()
        await until(lambda: live.left.is_set())
    waiting = settings_for(
        settings.storage.data_dir,
        settings.storage.database_url or "",
        server={"linger": 20.0},
        webrtc={"loopback": True},
    )
    async with serving(waiting) as server:
        await until(lambda: session in server.registry.running)
        async with publishing(server.url, picture=TALK, language="en") as two:
            welcome = await two.hears("welcome")
            assert (welcome["session"], welcome["resumed"]) == (session, True)
            await two.hears("final")
            await two.hang_up()
        assert (await server.over(session))["state"] == "ready"


async def test_the_process_of_media_ends_with_the_server(settings: Settings) -> None:
    async with serving(settings) as server, publishing(server.url) as one:
        await one.hears("welcome")
        child = media(server)
        assert child.ppid() == os.getpid()
    assert not child.is_running()
