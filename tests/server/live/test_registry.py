"""Who may begin, what is left behind, and what a database that is away costs."""

import asyncio
import errno
import gc
import signal
import threading
from pathlib import Path
from typing import Any

import captionflow
import psutil
import pytest

from server.live.refusals import Unknown
from server.settings import Settings
from storage.embedded import running
from tests.server.shared import (
    Raw,
    Running,
    events,
    of,
    pcm,
    raw,
    serving,
    settings_for,
    talk,
    until,
)
from tests.storage.shared import QUICK

TALK = pcm("...." + "#" * 15 + "." * 10)
DURABLE = {"fsync": "off"}  # a killed Postgres keeps what it has confirmed
SAID = ["w1 w2 w3 w4 w5"]


def texts(seen: list[object]) -> list[str]:
    return [final.text for final in of(captionflow.Final, seen)]


async def vanish(server: Running, number: int) -> None:
    """One of the ways to be gone."""
    async with raw(server.url) as client:
        if number % 3:
            await client.say("hello", language="en")
        if number % 3 == 2:
            await client.hear("welcome")
            await client.audio(0, TALK[: 6400 * (number % 7)])
        client.socket.transport.abort()


async def churn(server: Running, count: int) -> None:
    numbers = iter(range(count))

    async def some() -> None:
        for number in numbers:
            await vanish(server, number)

    await asyncio.gather(*(some() for _ in range(8)))
    await until(
        lambda: not server.registry.running and not server.registry.lives.tasks,
        30,
    )
    await until(lambda: not server.server.server_state.connections)


def measured() -> tuple[int, int, int, int]:
    """Tasks, threads, open files, and bytes of memory."""
    gc.collect()
    process = psutil.Process()
    held = process.memory_info().rss
    return len(asyncio.all_tasks()), threading.active_count(), process.num_fds(), held


async def test_a_thousand_vanished_clients_leave_nothing_behind(
    tmp_path: Path, database_url: str
) -> None:
    patient = {"query_timeout": 30.0}
    room = {"max_sessions": 1000}
    settings = settings_for(tmp_path, database_url, server=room, storage=patient)
    async with serving(settings) as server:
        await churn(server, 500)  # by then all that is made once is there
        before = measured()
        await churn(server, 1000)
        server.model.passes.clear()  # it remembers all that it heard
        tasks, threads, files, memory = measured()
        assert tasks <= before[0] and threads <= before[1] + 4 and files <= before[2] + 8
        assert memory - before[3] < 30 << 20
        await server.tidied()
        unfinished = await server.registry.parts.storage.sessions.unfinished()
        assert unfinished == ()
        assert server.registry.lives.busy == 0 and server.registry.lives.tasks == set()
        async with server.connect() as live:
            assert texts(await talk(live, TALK)) == SAID


async def test_a_session_outlives_its_database(folder: Path, tmp_path: Path) -> None:
    async with running(folder, DURABLE) as address:
        settings = settings_for(tmp_path, address)
        async with serving(settings) as server:
            async with server.connect() as live:
                await live.send(TALK[:32_000])
                await stop_postgres(folder)
                await live.send(TALK[32_000:])
                await live.end()
                assert texts(await events(live)) == SAID
            await until(lambda: not server.registry.running, 30)
            assert (await server.get("/health/ready")).status_code == 503
            assert (await server.get("/health/live")).status_code == 200
            problem = await server.get(f"/v1/sessions/{live.welcome.session}")
            assert problem.status_code == 503 and problem.headers["retry-after"] == "5"
            async with asyncio.timeout(6):
                with pytest.raises(captionflow.ServerError) as refused:
                    async with server.connect():
                        raise AssertionError("a session began without a database")
            assert refused.value.code == "storage_unavailable"
            id = live.welcome.session
            assert id in await server.journals()
    async with (
        running(folder, DURABLE) as address,
        serving(settings_for(tmp_path, address)) as server,
    ):
        record = await ready(server, id)
        assert record["duration"] == len(TALK) / 32_000
        text = (await server.get(f"/v1/sessions/{id}/exports/txt")).text
        assert SAID[0] in text
        samples, _ = await server.recording(id)
        assert len(samples) * 2 == len(TALK)
        await server.tidied()


async def ready(server: Running, id: str) -> dict[str, Any]:
    """The record of a session once it is finalized."""

    async def is_ready() -> bool:
        return bool((await server.session(id))["state"] == "ready")

    await until(is_ready)
    return await server.session(id)


async def stop_postgres(folder: Path) -> None:
    pid = int((folder / "cluster" / "postmaster.pid").read_text().split()[0])
    process = psutil.Process(pid)
    process.send_signal(signal.SIGQUIT)
    await asyncio.to_thread(psutil.wait_procs, [process], 10)


async def test_a_database_that_hangs_refuses_in_time(folder: Path, tmp_path: Path) -> None:
    async with (
        running(folder, QUICK) as address,
        serving(settings_for(tmp_path, address)) as server,
    ):
        mother = psutil.Process(int((folder / "cluster" / "postmaster.pid").read_text().split()[0]))
        mother.suspend()  # first, so that no child is born behind our back
        family = [mother, *mother.children()]
        for process in family:
            process.suspend()
        try:
            async with asyncio.timeout(8), raw(server.url) as client:
                await client.say("hello")
                assert (await client.closed())[0] == 1013
                assert client.error["code"] == "storage_unavailable"
        finally:
            for process in family:
                process.resume()
        await until(lambda: not server.registry.running, 30)


async def test_a_full_disk_acknowledges_nothing_and_loses_nothing(server: Running) -> None:
    log = server.registry.parts.journals._log
    write = log.write

    def refuse(data: bytes) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    async with raw(server.url) as client:
        await client.hello()
        await client.audio(0, TALK[:32_000])
        while (await client.hear("audio_ack"))["received"] < 32_000:
            pass
        log.write = refuse  # type: ignore[method-assign]
        await client.audio(32_000, TALK[32_000:])
        await client.hear("warning")
        assert client.heard[-1]["code"] == "storage_full"
        assert all(it["received"] <= 32_000 for it in client.heard if it["type"] == "audio_ack")
        async with raw(server.url) as late:
            await late.say("hello")
            assert (await late.closed())[0] == 1013
        log.write = write  # type: ignore[method-assign]
        await client.say("end", pos=len(TALK))
        await client.hear("ended")
        acks = [it for it in client.heard if it["type"] == "audio_ack"]
        assert acks[-1]["received"] == len(TALK)
        finals = [it["text"] for it in client.heard if it["type"] == "final"]
        assert finals == SAID
    await server.over(client.heard[0]["session"])
    assert len((await server.recording(client.heard[0]["session"]))[0]) * 2 == len(TALK)


async def test_a_failed_session_can_be_finalized_again(server: Running) -> None:
    async with raw(server.url) as client:
        id = (await client.hello())["session"]
        await client.audio(0, TALK)
        await client.hear("final")
        server.registry.running[id].pipeline.framer.push = None  # type: ignore[assignment, method-assign]
        await client.audio(len(TALK), bytes(3200))
        assert (await client.closed())[0] == 1011
    assert (await server.over(id))["state"] == "failed"
    assert await server.journals() == {id}
    await server.registry.finalize_again(id)
    record = await ready(server, id)
    assert record["error"] is None
    assert len((await server.recording(id))[0]) * 2 == len(TALK) + 3200
    await server.tidied()
    with pytest.raises(Unknown):
        await server.registry.finalize_again("nobody")


async def test_a_session_that_cannot_begin_for_any_reason_is_refused(server: Running) -> None:
    storage = server.registry.parts.storage
    storage.sessions.create = broken  # type: ignore[method-assign]
    async with raw(server.url) as client:
        await client.say("hello")
        assert (await client.closed())[0] == 1011
        assert client.error["code"] == "internal"
    await until(lambda: not server.registry.running)


async def broken(*_: object) -> None:
    raise ValueError("nobody thought of this")


async def test_a_stop_gives_the_finals_and_says_that_it_is_one(settings: Settings) -> None:
    async with serving(settings) as server, raw(server.url) as client:
        id = (await client.hello())["session"]
        await client.audio(0, TALK[: len(TALK) * 2 // 3])
        await client.hear("speech_start")
        server.server.should_exit = True
        assert await client.closed() == (1012, "the server stops")
        finals = [it["text"] for it in client.heard if it["type"] == "final"]
        assert finals and SAID[0].startswith(finals[0])
        assert "ended" not in [it["type"] for it in client.heard]
    async with serving(settings) as again:
        assert (await again.session(id))["state"] == "ready"


async def test_a_stop_waits_for_no_model_for_ever(tmp_path: Path, database_url: str) -> None:
    settings = settings_for(tmp_path, database_url, server={"drain_timeout": 0.3})
    async with serving(settings) as server, raw(server.url) as client:
        id = (await client.hello())["session"]
        await client.audio(0, TALK)
        await client.hear("final")
        server.model.hold()
        await client.audio(len(TALK), TALK)
        await server.model.is_in()
        server.server.should_exit = True
        await client.closed()
        server.model.release()
    async with serving(settings) as again:
        await ready(again, id)
        assert SAID[0] in (await again.get(f"/v1/sessions/{id}/exports/txt")).text
        assert len((await again.recording(id))[0]) == len(TALK)


async def test_nobody_is_taken_in_while_the_server_stops(settings: Settings) -> None:
    async with serving(settings) as server, raw(server.url) as waiting, raw(server.url) as late:
        await waiting.hello()
        server.model.hold()
        await waiting.audio(0, TALK)
        await server.model.is_in()
        server.server.should_exit = True
        await until(server.registry.stopping.is_set)
        assert (await server.get("/health/ready")).json()["status"] == "stopping"
        await late.say("hello")
        assert (await late.closed())[0] == 1013
        server.model.release()
        assert (await waiting.closed())[0] == 1012


async def test_what_a_client_says_during_a_stop_is_no_mistake(settings: Settings) -> None:
    async with serving(settings) as server, raw(server.url) as client:
        await client.hello()
        server.model.hold()
        await client.audio(0, TALK)
        await server.model.is_in()
        server.server.should_exit = True
        await until(server.registry.stopping.is_set)
        await busy(client)
        server.model.release()
        assert (await client.closed())[0] == 1012


async def busy(client: Raw) -> None:
    await client.audio(len(TALK), bytes(3200))
    await client.say("flush", id="f")
    await client.say("end", pos=len(TALK) + 3200)
    await client.say("ping", t=1)
    await client.hear("pong")
