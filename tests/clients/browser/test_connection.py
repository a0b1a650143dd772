"""A page that speaks over bad networks, with the real server behind them: nothing lost, nothing
twice."""

import asyncio
import io
import random
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
import soundfile
from captionflow import Final
from playwright.async_api import Page

from tests.browser.watch import Watch
from tests.clients.browser.speaker import BLANK, Speaker
from tests.clients.proxy import Proxy, between
from tests.nodes.shared import HALF, QUARTER, Site, recording, spoken
from tests.server.children import START, child
from tests.server.shared import Running, of, pcm, serving, settings_for, talk, until
from tests.storage.seaweed import Seaweed

ONCE = "...." + "#" * 12 + "." * 9 + "#" * 9 + "." * 11
TALK = pcm(ONCE * 3)
SECOND = 32_000  # bytes


@pytest.fixture
def speaker(page: Page, watch: Watch) -> Speaker:
    watch.allow("WebSocket connection")  # a browser reports each that is lost
    watch.allow("favicon.ico")  # the document has no place to say that there is none
    return Speaker(page)


@pytest_asyncio.fixture(loop_scope="session")
async def said(server: Running) -> list[str]:
    """The finals of another client when nothing goes wrong."""
    return await finals(server, TALK)


async def finals(server: Running, audio: bytes) -> list[str]:
    async with server.connect() as live:
        return [each.text for each in of(Final, await talk(live, audio))]


async def whole(server: Running, speaker: Speaker, said: list[str], audio: bytes = TALK) -> None:
    """All of it once, in order; and the recording is what was sent."""
    assert await speaker.texts() == said
    told = [
        each["seq"]
        for kind in ("final", "speech_start", "speech_end")
        for each in await speaker.told(kind)
    ]
    assert len(told) == len(set(told))
    session = await speaker.has("session")
    await server.over(session)
    samples, _ = await server.recording(session)
    assert np.array_equal(samples, np.frombuffer(audio, "<i2"))


async def test_a_session_from_hello_to_ended(
    server: Running, speaker: Speaker, said: list[str]
) -> None:
    welcome = await speaker.opens(server.url, hotwords=["Ada"], options={"words": False})
    assert welcome["session"] == await speaker.has("session")
    await speaker.says(TALK)
    assert await speaker.ends() == len(TALK) / SECOND
    assert await speaker.states() == ["live", "ending", "ended"]
    assert (await speaker.told("state"))[-1]["reason"] == "ended"
    assert not any("words" in final for final in await speaker.told("final"))
    assert [len(await speaker.told(it)) for it in ("speech_start", "speech_end")] == [6, 6]
    assert await speaker.has("sent") == await speaker.has("received") == len(TALK)
    await whole(server, speaker, said)
    record = await server.session(welcome["session"])
    assert record["options"]["hotwords"] == ["Ada"]


async def test_partials_grow_and_are_timed(server: Running, speaker: Speaker) -> None:
    await speaker.opens(server.url)
    await speaker.says(pcm("...." + "#" * 30), pause=0.1)
    partials = [each for each in await speaker.told("partial") if each["seg"] == 0]
    ends = [each["end"] for each in partials]
    assert len(partials) > 2 and ends == sorted(ends)
    lags = [each["ms"] for each in await speaker.told("lag")]
    assert len(lags) >= len(set(ends))
    assert all(0 <= each < 5000 for each in lags)
    await speaker.ends()


@pytest.mark.parametrize("seed", range(3))
async def test_connections_that_are_cut_again_and_again(
    server: Running, speaker: Speaker, said: list[str], seed: int
) -> None:
    chance = random.Random(seed)
    async with between(server.url) as proxy:
        await speaker.opens(proxy.url)
        talking = asyncio.create_task(speaker.says(TALK))
        for sixth in range(6):
            point = int((sixth + chance.random()) * len(TALK) / 6)
            await until(partial(reaches, speaker, "received", point))
            proxy.cut()
        await talking
        await speaker.ends()
        assert proxy.count > 3
    back = (await speaker.told("state"))[1:]
    assert not any(each.get("lost") or each.get("anew") for each in back)
    await whole(server, speaker, said)


@pytest.mark.parametrize("after", [2000, 60_000, 200_000])
async def test_a_connection_that_is_cut_after_so_many_bytes(
    server: Running, speaker: Speaker, said: list[str], after: int
) -> None:
    async with between(server.url) as proxy:
        proxy.cut_after = after
        await speaker.opens(proxy.url)
        await speaker.says(TALK, pause=0)
        await speaker.ends()
        assert proxy.count == 2
    await whole(server, speaker, said)


@pytest.mark.parametrize("seconds", [1, 5, 30])
async def test_no_word_is_lost_while_the_server_cannot_be_reached(
    server: Running, speaker: Speaker, seconds: int
) -> None:
    audio = pcm(ONCE * 10)
    before, cut = 10 * SECOND, seconds * SECOND
    said = await finals(server, audio)
    async with between(server.url) as proxy:
        await speaker.opens(proxy.url)
        await speaker.says(audio[:before])
        proxy.port, port = 1, proxy.port
        proxy.cut()
        await speaker.becomes("reconnecting")
        await speaker.says(audio[before : before + cut])
        proxy.port = port
        await speaker.says(audio[before + cut :])
        await speaker.ends()
    lost = [each for each in await speaker.told("state") if each["state"] == "reconnecting"]
    assert all(each["retryIn"] <= 8 and each["message"] for each in lost)
    await whole(server, speaker, said, audio)


async def test_a_half_dead_connection_is_noticed(
    server: Running, speaker: Speaker, said: list[str]
) -> None:
    async with between(server.url) as proxy:
        await speaker.opens(proxy.url)
        await speaker.says(TALK[: 4 * SECOND])
        proxy.freeze()
        await speaker.becomes("reconnecting", seconds=8)
        proxy.thaw()
        await speaker.says(TALK[4 * SECOND :])
        await speaker.ends()
    await whole(server, speaker, said)


async def test_a_changed_network_is_noticed_sooner(server: Running, speaker: Speaker) -> None:
    async with between(server.url) as proxy:
        await speaker.opens(proxy.url)
        proxy.freeze()
        await speaker.page.evaluate("dispatchEvent(new Event('offline'))")
        await speaker.becomes("reconnecting", seconds=4)
        proxy.thaw()
        await speaker.page.evaluate("dispatchEvent(new Event('online'))")
        await speaker.becomes("live")
        await speaker.ends()


async def test_a_network_that_has_changed_and_works_keeps_its_connection(
    server: Running, speaker: Speaker, said: list[str]
) -> None:
    async with between(server.url) as proxy:
        await speaker.opens(proxy.url)
        await speaker.page.evaluate("dispatchEvent(new Event('offline'))")
        await speaker.says(TALK, pause=0.03)  # longer than an answer is waited for
        await speaker.ends()
        assert proxy.count == 1
    assert await speaker.states() == ["live", "ending", "ended"]
    assert 0 <= await speaker.has("roundTrip") < 5000
    assert await speaker.texts() == said


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [2, 5])
async def test_a_server_that_is_killed_and_started_again(
    tmp_path: Path, database_url: str, speaker: Speaker, said: list[str], seconds: int
) -> None:
    before, data = seconds * SECOND, tmp_path / "data"
    async with child(data, database_url) as first:
        await speaker.opens(first.url)
        await speaker.says(TALK[:before])
        await until(lambda: reaches(speaker, "received", before - SECOND))
        await first.kill()
        await speaker.becomes("reconnecting")
        await speaker.says(TALK[before : before + 2 * SECOND])
        async with child(data, database_url, int(first.url.rpartition(":")[2])) as second:
            await speaker.says(TALK[before + 2 * SECOND :])
            await speaker.ends()
            await second.ready(await speaker.has("session"))
            flac = await second.get(f"/v1/sessions/{await speaker.has('session')}/recording")
    assert not any(each.get("anew") for each in await speaker.told("state"))
    assert " ".join(await speaker.texts()).split() == " ".join(said).split()
    samples, _ = soundfile.read(io.BytesIO(flac), dtype="int16")
    assert np.array_equal(samples, np.frombuffer(TALK, "<i2"))


async def test_a_server_that_is_stopped_and_started_again(
    tmp_path: Path, database_url: str, speaker: Speaker, server: Running
) -> None:
    """It has finalized the session, so another one goes on; nothing of it is heard twice."""
    home = tmp_path / "home"
    home.mkdir()
    settings = settings_for(home, database_url)
    async with between(server.url) as proxy:
        async with serving(settings) as first:
            turn(proxy, first)
            await speaker.opens(proxy.url)
            await speaker.says(TALK[: 6 * SECOND])
            await speaker.hears(2)
        proxy.port = 1
        await speaker.becomes("reconnecting")
        await speaker.says(TALK[6 * SECOND : 8 * SECOND])
        async with serving(settings) as second:
            turn(proxy, second)
            await speaker.says(TALK[8 * SECOND :])
            assert await speaker.ends() == pytest.approx(len(TALK) / SECOND, abs=0.1)
    assert any(each.get("anew") for each in await speaker.told("state"))
    await goes_on(server, speaker)


async def goes_on(server: Running, speaker: Speaker) -> None:
    """As one session would be: the same times, though its words are counted from another time."""
    async with server.connect() as live:
        whole = of(Final, await talk(live, TALK))
    told = await speaker.told("final")
    assert [each["seg"] for each in told] == sorted({each["seg"] for each in told})
    spans = [(each["start"], each["end"]) for each in told]
    assert [start for start, _ in spans] == pytest.approx([it.start for it in whole], abs=0.4)
    assert [end for _, end in spans] == pytest.approx([it.end for it in whole], abs=0.4)


@pytest.mark.slow
async def test_what_only_a_dead_node_had_comes_again(
    site: Site, seaweed: Seaweed, speaker: Speaker
) -> None:
    """The store was away, so the next node is set back behind what this page was told."""
    async with site.nodes("ab") as (a, b), between(a.url) as proxy:
        expected = await spoken(b.url)
        await speaker.opens(proxy.url)
        await speaker.says(TALK[:QUARTER])
        await speaker.hears(1)
        await until(lambda: reaches(speaker, "settled", 1))
        seaweed.kill()
        await speaker.says(TALK[QUARTER:HALF])
        await speaker.hears(3)
        await a.kill()
        proxy.port = int(b.url.rpartition(":")[2])
        seaweed.start()  # on this thread, which its end is tied to
        await speaker.says(TALK[HALF:])
        await speaker.becomes("live", START)
        await speaker.ends()
        session = await speaker.has("session")
        assert not any(each.get("anew") for each in await speaker.told("state"))
        assert " ".join(await speaker.texts()).split() == " ".join(expected).split()
        segs = [each["seg"] for each in await speaker.told("final")]
        assert segs == sorted(set(segs))
        await b.ready(session)
        assert np.array_equal(await recording(b, session), np.frombuffer(TALK, "<i2"))


def turn(proxy: Proxy, server: Running) -> None:
    proxy.port = int(server.url.rpartition(":")[2])


async def test_a_server_that_has_forgotten_the_session_gets_another(
    tmp_path: Path, database_url: str, speaker: Speaker, server: Running
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    half = 5 * SECOND
    settings = settings_for(home, database_url, server={"linger": 0.2})
    async with between(server.url) as proxy:
        async with serving(settings) as first:
            turn(proxy, first)
            await speaker.opens(proxy.url)
            await speaker.says(TALK[:half])
            await speaker.hears(2)
            await until(lambda: reaches(speaker, "settled", 4 * SECOND))
            proxy.port = 1
            proxy.cut()
            await until(lambda: not first.registry.running)
            await first.tidied()
        turn(proxy, server)
        await speaker.says(TALK[half:])
        assert await speaker.ends() == pytest.approx(len(TALK) / SECOND, abs=0.1)
    assert any(each.get("anew") for each in await speaker.told("state"))
    await goes_on(server, speaker)


async def reaches(speaker: Speaker, name: str, pos: int) -> bool:
    return int(await speaker.has(name)) >= pos


async def test_the_oldest_audio_of_a_long_pause_is_silence(
    server: Running, speaker: Speaker
) -> None:
    async with between(server.url) as proxy:
        await speaker.opens(proxy.url, keep=1)
        await speaker.says(TALK[:SECOND])
        await until(lambda: reaches(speaker, "received", SECOND))
        proxy.port, port = 1, proxy.port
        proxy.cut()
        await speaker.becomes("reconnecting")
        await speaker.says(TALK[SECOND : 5 * SECOND], pause=0)
        proxy.port = port
        await speaker.becomes("live")
        await speaker.ends()
    assert [each["lost"] for each in await speaker.told("state") if each.get("lost")] == [3]
    assert [each["code"] for each in await speaker.told("warning")] == ["gap"]
    silent = TALK[:SECOND] + bytes(3 * SECOND) + TALK[4 * SECOND : 5 * SECOND]
    session = await speaker.has("session")
    await server.over(session)
    samples, _ = await server.recording(session)
    assert np.array_equal(samples, np.frombuffer(silent, "<i2"))


async def test_audio_from_before_the_welcome_counts(
    server: Running, speaker: Speaker, said: list[str]
) -> None:
    await speaker.begins(server.url)
    await speaker.says(TALK, pause=0)
    await speaker.page.evaluate("live.open()")
    await speaker.ends()
    await whole(server, speaker, said)


async def test_flush_and_update(server: Running, speaker: Speaker) -> None:
    await speaker.opens(server.url)
    await speaker.says(pcm("...." + "#" * 12), pause=0)
    await speaker.page.evaluate("live.flush()")
    assert len(await speaker.told("final")) == 1
    await speaker.page.evaluate("live.update({words: false})")
    await speaker.says(pcm("...." + "#" * 12 + "." * 12), pause=0)
    await speaker.ends()
    assert ["words" in final for final in await speaker.told("final")] == [True, False]


async def test_nothing_is_said_after_the_end(server: Running, speaker: Speaker) -> None:
    await speaker.opens(server.url)
    await speaker.says(TALK[:SECOND])
    await speaker.ends()
    await speaker.says(TALK[SECOND:], pause=0)
    assert await speaker.has("sent") == SECOND
    assert await speaker.ends() == 1
    failed = (await speaker.attempts("live.flush()"))["failed"]
    assert (failed["name"], failed["code"]) == ("ConnectionFailed", "ended")


async def test_who_leaves_leaves_at_once(server: Running, speaker: Speaker) -> None:
    await speaker.opens(server.url)
    ending = asyncio.create_task(
        speaker.attempts("{ const end = live.end(); live.close(); return end; }")
    )
    assert (await ending)["failed"]["code"] == "closed"
    assert (await speaker.told("state"))[-1]["reason"] == "closed"
    (live,) = server.registry.running.values()
    await until(lambda: live.holding.holder is None)


async def test_nobody_is_there(speaker: Speaker) -> None:
    await speaker.begins("http://127.0.0.1:1")
    failed = (await speaker.attempts("live.open()"))["failed"]
    assert failed["code"] in ("unreachable", "blocked")
    assert await speaker.states() == ["failed"]


async def test_a_server_that_stays_away_is_given_up(server: Running, speaker: Speaker) -> None:
    async with between(server.url) as proxy:
        await speaker.opens(proxy.url, patience=1)
        proxy.port = 1
        proxy.cut()
        await speaker.becomes("failed")
    assert (await speaker.told("state"))[-1]["reason"] == "lost"
    assert (await speaker.attempts("live.end()"))["failed"]["code"] == "lost"


@pytest.mark.parametrize(
    ("url", "wishes"),
    [
        ("ftp://127.0.0.1", {}),
        ("http://127.0.0.1:1", {"rate": 44100.5}),
        ("http://127.0.0.1:1", {"keep": 0}),
        ("http://127.0.0.1:1", {"token": "a b"}),
    ],
)
async def test_mistakes_of_the_program(speaker: Speaker, url: str, wishes: dict[str, Any]) -> None:
    await speaker.page.goto(BLANK)
    made = """
    async ([url, wishes]) => {
      const { Connection } = await import('/browser/connection.js');
      try { new Connection(url, { rate: 16000, ...wishes }); return null; }
      catch (error) { return error.name; }
    }
    """
    assert await speaker.page.evaluate(made, [url, wishes]) in ("TypeError", "RangeError")
