"""Who may begin, what is left behind, and what a database that is away costs."""

import asyncio
import gc
import signal
import threading
from pathlib import Path

import captionflow
import psutil
import pytest

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
    await until(lambda: not server.registry.running, 30)
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
    settings = settings_for(tmp_path, database_url, server={"max_sessions": 1000})
    async with serving(settings) as server:
        await churn(server, 100)
        before = measured()
        await churn(server, 1000)
        server.model.passes.clear()  # it remembers all that it heard
        tasks, threads, files, memory = measured()
        assert tasks <= before[0] and threads <= before[1] + 4 and files <= before[2] + 8
        assert memory - before[3] < 30 << 20
        assert list(server.spool.iterdir()) == []
        unfinished = await server.registry.parts.storage.sessions.unfinished()
        assert unfinished == ()
        assert server.registry.busy == 0 and server.registry.sessions == set()
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
            left = {path.name for path in server.spool.iterdir()}
            id = live.welcome.session
            assert {f"{id}.flac", f"{id}.segments.json", f"{id}.session"} <= left
    async with (
        running(folder, DURABLE) as address,
        serving(settings_for(tmp_path, address)) as server,
    ):
        record = await server.session(id)
        assert (record["state"], record["duration"]) == ("ready", len(TALK) / 32_000)
        text = (await server.get(f"/v1/sessions/{id}/exports/txt")).text
        assert SAID[0] in text
        samples, _ = await server.recording(id)
        assert len(samples) * 2 == len(TALK)
        assert list(server.spool.iterdir()) == []


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
        pid = int((folder / "cluster" / "postmaster.pid").read_text().split()[0])
        family = [psutil.Process(pid), *psutil.Process(pid).children()]
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


async def test_a_spool_that_cannot_be_written_refuses(server: Running) -> None:
    server.spool.rename(server.spool.with_name("elsewhere"))
    async with raw(server.url) as client:
        await client.say("hello")
        assert (await client.closed())[0] == 1013
    server.spool.with_name("elsewhere").rename(server.spool)
    async with server.connect() as live:
        assert texts(await talk(live, TALK)) == SAID


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


async def test_what_could_not_be_finalized_is_tried_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.registry.AGAIN", 0.05)
    async with serving(settings) as server:
        objects = server.registry.parts.storage.objects
        put_file, refused = objects.put_file, asyncio.Event()

        async def refuse(*_: object) -> None:
            refused.set()
            raise OSError("no space left on device")

        objects.put_file = refuse  # type: ignore[method-assign]
        async with server.connect() as live:
            assert texts(await talk(live, TALK)) == SAID
        await asyncio.wait_for(refused.wait(), 5)
        assert (await server.over(live.welcome.session))["state"] == "finalizing"
        objects.put_file = put_file  # type: ignore[method-assign]

        async def ready() -> bool:
            return bool((await server.session(live.welcome.session))["state"] == "ready")

        await until(ready)
        assert list(server.spool.iterdir()) == []


async def test_a_session_that_breaks_fails_alone_and_keeps_what_it_has(server: Running) -> None:
    async with server.connect() as healthy, raw(server.url) as client:
        id = (await client.hello())["session"]
        await client.audio(0, TALK)
        await client.hear("final")
        live = server.registry.running[id]
        live.pipeline.framer.push = None  # type: ignore[assignment, method-assign]
        await client.audio(len(TALK), bytes(3200))
        assert (await client.closed())[0] == 1011
        assert client.error["code"] == "internal"
        record = await server.over(id)
        assert record["state"] == "failed" and "log" in record["error"]
        assert SAID[0] in (await server.get(f"/v1/sessions/{id}/exports/txt")).text
        assert len((await server.recording(id))[0]) >= len(TALK) // 2
        assert texts(await talk(healthy, TALK)) == SAID


async def test_a_recording_that_cannot_be_written_ends_the_session(server: Running) -> None:
    async with server.connect() as healthy, raw(server.url) as client:
        id = (await client.hello())["session"]
        recorder = server.registry.running[id].archive.recorder
        assert recorder is not None
        recorder.close()
        await client.audio(0, TALK)
        assert (await client.closed())[0] == 1011
        assert (await server.over(id))["state"] == "failed"
        assert texts(await talk(healthy, TALK)) == SAID


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
        record = await again.session(id)
        assert record["state"] == "ready"
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
