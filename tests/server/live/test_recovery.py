"""Sessions that survive their connection, their process, and the kill of both."""

import asyncio
import io
import resource
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import soundfile

from server.settings import Settings
from storage.records import State
from tests.server.children import Talker, child
from tests.server.shared import Raw, Running, pcm, raw, serving, settings_for, until

TALK = pcm(("...." + "#" * 12 + "." * 9 + "#" * 9 + "." * 11) * 3)


async def spoken(settings: Settings) -> list[str]:
    """The finals of the talk when nothing goes wrong."""
    async with serving(settings) as server:
        talker = Talker(server.url, TALK, 0, 0.0)
        await talker.run()
        return talker.finals


def words(finals: list[str]) -> list[str]:
    return " ".join(finals).split()


@pytest.mark.parametrize("seed", range(4))
async def test_no_event_is_lost_or_doubled_over_random_drops(
    tmp_path: Path, database_url: str, seed: int
) -> None:
    settings = settings_for(tmp_path, database_url, server={"linger": 10})
    expected = await spoken(settings)
    async with serving(settings) as server:
        talker = Talker(server.url, TALK, seed, 0.04)
        await talker.run()
        assert talker.connections > 1
        assert talker.finals == expected
        assert talker.session is not None
        await server.over(talker.session)
        samples, _ = await server.recording(talker.session)
        assert np.array_equal(samples, np.frombuffer(TALK, "<i2"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
async def test_a_killed_server_goes_on_where_it_was(
    tmp_path: Path, database_url: str, seed: int
) -> None:
    data = tmp_path / "data"
    async with child(data, database_url) as first:
        talker = Talker(first.url, TALK, seed, 0.01)
        running = asyncio.create_task(talker.run())
        await until(lambda: len(talker.events) > 2 * seed + 1)
        await first.kill()
        async with child(data, database_url, int(first.url.rpartition(":")[2])) as second:
            await running
            assert talker.session is not None
            record = await second.ready(talker.session)
            assert record["duration"] == pytest.approx(len(TALK) / 32_000)
            flac = await second.get(f"/v1/sessions/{talker.session}/recording")
    samples, _ = soundfile.read(io.BytesIO(flac), dtype="int16")
    assert np.array_equal(samples, np.frombuffer(TALK, "<i2"))
    other = tmp_path / "other"
    other.mkdir()
    assert words(talker.finals) == words(await spoken(settings_for(other, database_url)))


@pytest.mark.slow
async def test_a_killed_server_loses_nothing_that_it_acknowledged(
    tmp_path: Path, database_url: str
) -> None:
    data = tmp_path / "data"
    async with child(data, database_url) as first:
        talker = Talker(first.url, TALK, 0, 0.0)
        running = asyncio.create_task(talker.run(until_ended=False))
        await until(lambda: talker.acknowledged > len(TALK) // 3)
        await first.kill()
        await running
    tear(data)
    async with child(data, database_url, linger=0.2) as second:
        assert talker.session is not None
        record = await second.ready(talker.session)
        flac = await second.get(f"/v1/sessions/{talker.session}/recording")
        text = (await second.get(f"/v1/sessions/{talker.session}/exports/txt")).decode()
    samples, _ = soundfile.read(io.BytesIO(flac), dtype="int16")
    assert len(samples) * 2 >= talker.acknowledged
    assert np.array_equal(samples, np.frombuffer(TALK, "<i2")[: len(samples)])
    assert record["duration"] == pytest.approx(len(samples) / 16_000, abs=0.04)
    for final in talker.finals:
        assert final in text


def tear(data: Path) -> None:
    """Half a record at the end of the log, as a kill in the middle of a write leaves it."""
    for log in (data / "journal" / "log").glob("*.log"):
        with log.open("ab") as file:
            file.write(b"\x00\x00\x10\x00torn")


STEPS = (
    *("recorded", "rows", "draining", "finalizing", "recording", "transcripts"),
    *("ready", "removed"),
)


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
async def test_the_end_of_a_session_is_made_once_wherever_it_is_killed(
    tmp_path: Path, database_url: str, step: str
) -> None:
    data = tmp_path / "data"
    async with child(data, database_url, die_at=step, linger=0.3) as first:
        talker = Talker(first.url, TALK[:96_000], 0, 0.0)
        await talker.run(until_ended=False)
        assert await first.ended() == 9
        session = talker.session
    assert session is not None
    async with child(data, database_url, linger=0.3) as second:
        record = await second.ready(session)
        flac = await second.get(f"/v1/sessions/{session}/recording")
        names = [it["name"] for it in record["artifacts"]]
        assert names == ["recording", *(f"transcript.{it}" for it in ("json", "srt", "txt", "vtt"))]
        samples, _ = soundfile.read(io.BytesIO(flac), dtype="int16")
        assert np.array_equal(samples, np.frombuffer(TALK[:96_000], "<i2"))
        await until(lambda: not list((data / "journal" / "parts").iterdir()))


@pytest.mark.slow
async def test_a_disk_that_is_full_is_waited_for(tmp_path: Path, database_url: str) -> None:
    """A limit on the size of files refuses what the journal writes, as a full disk does."""
    data = tmp_path / "data"
    async with child(data, database_url) as server, raw(server.url) as client:
        welcome = await client.hello()
        await client.audio(0, TALK[:32_000])
        while (await client.hear("audio_ack"))["received"] < 32_000:
            pass
        limit, most = 48_000, resource.RLIM_INFINITY  # more than its own log has by then
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (limit, most))
        await client.audio(32_000, TALK[32_000:160_000])
        assert (await client.hear("warning"))["code"] == "storage_full"
        acks = [it["received"] for it in client.heard if it["type"] == "audio_ack"]
        assert acks[-1] < 160_000
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (most, most))
        await client.say("end", pos=160_000)
        assert (await client.hear("ended"))["pos"] == 160_000
        await server.ready(str(welcome["session"]))
        flac = await server.get(f"/v1/sessions/{welcome['session']}/recording")
    samples, _ = soundfile.read(io.BytesIO(flac), dtype="int16")
    assert np.array_equal(samples, np.frombuffer(TALK[:160_000], "<i2"))


async def resumed(client: Raw, welcome: dict[str, object], seq: int = 0) -> dict[str, object]:
    resume = {"session": welcome["session"], "token": welcome["token"], "seq": seq}
    await client.say("hello", resume=resume)
    return await client.next()


async def test_a_newer_connection_takes_the_session(tmp_path: Path, database_url: str) -> None:
    settings = settings_for(tmp_path, database_url, server={"linger": 10})
    async with serving(settings) as server, raw(server.url) as old, raw(server.url) as new:
        welcome = await old.hello()
        await old.audio(0, TALK[:80_000])
        await old.hear("final")
        again = await resumed(new, welcome)
        assert again["resumed"] is True and again["token"] != welcome["token"]
        assert (await old.closed())[0] == 4409
        assert (await new.hear("speech_start"))["seq"] == 1
        await new.audio(int(str(again["received"])), TALK[int(str(again["received"])) : 96_000])
        await new.say("end", pos=96_000)
        assert (await new.hear("ended"))["pos"] == 96_000
        assert await new.closed() == (1000, "done")


async def test_strangers_are_told_nothing(tmp_path: Path, database_url: str) -> None:
    settings = settings_for(tmp_path, database_url, server={"linger": 10})
    async with serving(settings) as server, raw(server.url) as client:
        welcome = await client.hello()
        for changed in ({"token": "x"}, {"session": "x"}, {"session": "a\0b"}):
            async with raw(server.url) as stranger:
                error = await resumed(stranger, {**welcome, **changed})
                assert (error["type"], error["code"]) == ("error", "unknown_session")
                assert (await stranger.closed())[0] == 4404
        async with raw(server.url) as liar:
            assert (await resumed(liar, welcome, seq=99))["code"] == "unknown_session"
        await client.say("end", pos=0)
        assert await client.closed() == (1000, "done")


async def test_the_rest_is_given_after_the_end_also_to_a_new_connection(
    tmp_path: Path, database_url: str
) -> None:
    settings = settings_for(tmp_path, database_url, server={"linger": 3})
    async with serving(settings) as server:
        async with raw(server.url) as client:
            welcome = await client.hello()
            await client.audio(0, TALK[:96_000])
            await client.say("end", pos=96_000)
            await client.hear("speech_start")
            client.socket.transport.abort()
        id = str(welcome["session"])
        assert (await server.over(id))["state"] == "ready"
        async with raw(server.url) as again:
            assert (await resumed(again, welcome))["received"] == 96_000
            ended = await again.hear("ended")
            seen = [it["seq"] for it in again.heard[1:] if it.get("seq")]
            assert seen == list(range(1, ended["seq"] + 1))
            await again.say("ack", seq=ended["seq"])
            assert await again.closed() == (1000, "done")
        await server.tidied()
        async with raw(server.url) as late:
            assert (await resumed(late, welcome))["code"] == "unknown_session"


@pytest.mark.slow
async def test_the_rest_is_given_after_the_end_also_by_another_process(
    tmp_path: Path, database_url: str
) -> None:
    data = tmp_path / "data"
    async with child(data, database_url) as first, raw(first.url) as client:
        welcome = await client.hello()
        await client.audio(0, TALK[:96_000])
        await client.say("end", pos=96_000)
        await client.hear("speech_start")
        client.socket.transport.abort()
        await first.ready(str(welcome["session"]))
        await first.kill()
    async with child(data, database_url, linger=3) as second, raw(second.url) as again:
        assert (await resumed(again, welcome, seq=1))["received"] == 96_000
        ended = await again.hear("ended")
        assert [it["seq"] for it in again.heard[1:] if it.get("seq")] == list(
            range(2, ended["seq"] + 1)
        )


async def test_a_session_that_lost_its_lease_is_let_go(tmp_path: Path, database_url: str) -> None:
    settings = settings_for(tmp_path, database_url, server={"linger": 10, "lease": 1.2})
    async with serving(settings) as server, raw(server.url) as client:
        welcome = await client.hello()
        await client.audio(0, TALK[:80_000])
        await client.hear("final")
        id = str(welcome["session"])
        await taken(server, id)
        assert (await client.closed())[0] == 1012
        await until(lambda: id not in server.registry.running)
        assert (await server.session(id))["state"] == State.OPEN.value
        assert await server.journals() == set()
        async with raw(server.url) as again:
            assert (await resumed(again, welcome))["code"] == "elsewhere"
            assert (await again.closed())[0] == 1012


async def taken(server: Running, id: str) -> None:
    """As another server does when our lease is over."""
    later = datetime.now(UTC) + timedelta(minutes=5)
    sessions = server.registry.parts.storage.sessions
    assert await sessions.claim(id, "another", later, later + timedelta(minutes=5))


async def test_a_session_of_a_dead_node_goes_on_elsewhere(
    tmp_path: Path, database_url: str
) -> None:
    """From the parts in the object store; its own disk is gone."""
    objects = tmp_path / "objects"
    homes = [tmp_path / "a", tmp_path / "b"]
    for home in homes:
        home.mkdir()
    first, second = (
        settings_for(
            home,
            database_url,
            server={"linger": 10, "lease": 1.2, "node": home.name, "drain_timeout": 0.1},
            storage={"objects_dir": objects, "secret_file": tmp_path / "secret"},
        )
        for home in homes
    )
    async with serving(first) as one, raw(one.url) as client:
        welcome = await client.hello()
        await client.audio(0, TALK[:80_000])
        final = await client.hear("final")
        await one.registry.parts.journals.seal(10)
        for task in one.registry.lives.tasks:  # as a machine that is cut off
            task.cancel()
        await until(lambda: not one.registry.running)
    id = str(welcome["session"])
    async with serving(second) as other:

        async def come_back() -> bool:
            async with raw(other.url) as again:
                answer = await resumed(again, welcome, int(final["seq"]) - 1)
                if answer["type"] == "error":
                    assert (await again.closed())[0] == 1012
                    return False
                assert (await again.hear("final"))["text"] == final["text"]
                await again.audio(80_000, TALK[80_000:96_000])
                await again.say("end", pos=96_000)
                assert (await again.hear("ended"))["pos"] == 96_000
                return True

        assert not await come_back()
        await until(come_back)
        assert (await other.over(id))["state"] == "ready"
        samples, _ = await other.recording(id)
        assert np.array_equal(samples, np.frombuffer(TALK[:96_000], "<i2"))
