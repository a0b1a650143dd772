"""A session over bad networks, with the real server behind them: nothing lost, nothing twice."""

import asyncio
import random
from pathlib import Path

import captionflow
import numpy as np
import pytest
from captionflow import Ended, Final, Reconnecting, Resumed, ServerError

from tests.clients.proxy import between
from tests.server.shared import events, of, pcm, serving, settings_for, talk, until

TALK = pcm(("...." + "#" * 12 + "." * 9 + "#" * 9 + "." * 11) * 3)


@pytest.fixture
async def server(tmp_path: Path, database_url: str):
    settings = settings_for(tmp_path, database_url, server={"linger": 10})
    async with serving(settings) as running:
        yield running


@pytest.fixture
async def said(server):
    """The finals when nothing goes wrong."""
    async with server.connect() as live:
        return texts(await talk(live, TALK))


def texts(seen):
    return [final.text for final in of(Final, seen)]


def numbers(seen):
    return [
        it.seq
        for it in seen
        if getattr(it, "seq", None) is not None and not isinstance(it, captionflow.Welcome)
    ]


async def whole(server, live, seen, said):
    """All of it once, in order; and the recording is what was sent."""
    assert texts(seen) == said
    assert numbers(seen) == list(range(1, len(numbers(seen)) + 1))
    assert isinstance(seen[-1], Ended) and seen[-1].pos == len(TALK)
    await server.over(live.welcome.session)
    samples, _ = await server.recording(live.welcome.session)
    assert np.array_equal(samples, np.frombuffer(TALK, "<i2"))


@pytest.mark.parametrize("seed", range(3))
async def test_connections_that_are_cut_again_and_again(server, said, seed):
    chance = random.Random(seed)
    async with between(server.url) as proxy:

        async def cutting():
            for _ in range(6):
                await asyncio.sleep(chance.random() / 5)
                proxy.cut()

        async with captionflow.connect(proxy.url, language="en", notices=True) as live:
            cuts = asyncio.create_task(cutting())
            seen = await slowly(live)
            await cuts
        assert proxy.count > 3
        lost, found = of(Reconnecting, seen), of(Resumed, seen)
        assert lost and 1 <= len(found) < proxy.count
        assert not any(it.lost or it.anew for it in found)
        await whole(
            server, live, [it for it in seen if not isinstance(it, Reconnecting | Resumed)], said
        )


async def slowly(live):
    """As somebody who speaks ten times as fast as one can."""

    async def speak():
        for at in range(0, len(TALK), 3200):
            await live.send(TALK[at : at + 3200])
            await asyncio.sleep(0.01)
        await live.flush("all")
        await live.end()

    speaking = asyncio.create_task(speak())
    try:
        seen = await events(live)
    finally:
        await speaking
    assert [it.id for it in of(captionflow.Flushed, seen)] == ["all"]
    return seen


@pytest.mark.parametrize("after", [2000, 60_000, 200_000])
async def test_a_connection_that_is_cut_after_so_many_bytes(server, said, after):
    async with between(server.url) as proxy:
        proxy.cut_after = after
        async with captionflow.connect(proxy.url, language="en") as live:
            await whole(server, live, await talk(live, TALK), said)
        assert proxy.count == 2


async def test_a_half_dead_connection_is_noticed(server, said):
    async with between(server.url) as proxy:
        connecting = captionflow.connect(
            proxy.url, language="en", dead_after=0.6, open_timeout=1.0, notices=True
        )
        async with connecting as live:
            talking = asyncio.create_task(slowly(live))
            await until(lambda: live.sent > len(TALK) // 3)
            proxy.freeze()
            await until(lambda: not live.connected)
            proxy.thaw()
            seen = await talking
        assert of(Reconnecting, seen)[0].code == "lost"
        await whole(
            server, live, [it for it in seen if not isinstance(it, Reconnecting | Resumed)], said
        )


async def test_a_slow_line_costs_nothing_but_time(server, said):
    async with between(server.url) as proxy:
        proxy.delay = 0.02
        async with captionflow.connect(proxy.url, language="en") as live:
            await whole(server, live, await talk(live, TALK), said)
        assert proxy.count == 1


async def test_the_oldest_audio_of_a_long_pause_is_silence(server):
    async with between(server.url) as proxy:
        connecting = captionflow.connect(
            proxy.url, language="en", keep=1.0, lossy=True, notices=True
        )
        async with connecting as live:
            await live.send(TALK[:32_000])
            await until(lambda: live.progress.received == 32_000)
            proxy.port, port = 1, proxy.port
            proxy.cut()
            await until(lambda: not live.connected)
            for at in range(32_000, 160_000, 3200):
                await live.send(TALK[at : at + 3200])
            proxy.port = port
            await until(lambda: live.connected)
            await live.end()
            seen = await events(live)
    assert of(Resumed, seen)[-1].lost == 3.0
    assert seen[-1].pos == 160_000
    await server.over(live.welcome.session)
    samples, _ = await server.recording(live.welcome.session)
    silent = TALK[:32_000] + bytes(96_000) + TALK[128_000:160_000]
    assert np.array_equal(samples, np.frombuffer(silent, "<i2"))


async def test_who_must_not_lose_anything_waits(server):
    async with (
        between(server.url) as proxy,
        captionflow.connect(proxy.url, language="en", keep=1.0) as live,
    ):
        port, proxy.port = proxy.port, 1
        proxy.cut()
        await until(lambda: not live.connected)
        sending = asyncio.create_task(live.send(bytes(32_000) + TALK))
        await until(lambda: live.kept == 32_000)
        assert not sending.done()
        proxy.port = port
        await sending
        await live.end()
        assert (await events(live))[-1].pos == 32_000 + len(TALK)


async def test_a_server_that_has_forgotten_the_session_gets_another(tmp_path, database_url):
    homes = [tmp_path / "a", tmp_path / "b"]
    for home in homes:
        home.mkdir()
    first, second = (settings_for(home, database_url, server={"linger": 0.5}) for home in homes)
    async with serving(first) as one:
        async with one.connect() as live:
            said = texts(await talk(live, TALK))
        async with between(one.url) as proxy:
            connecting = captionflow.connect(proxy.url, language="en", patience=20.0, notices=True)
            async with connecting as live:
                seen = []
                half = TALK[: len(TALK) // 2]
                await live.send(half)
                async with asyncio.timeout(15):
                    async for event in live:
                        seen.append(event)
                        if len(texts(seen)) == 3 and live.progress.settled >= 2 * 80_000:
                            break
                proxy.port = 1
                proxy.cut()
                await until(lambda: not one.registry.running)
                await one.tidied()
                async with serving(second) as other:
                    proxy.port = int(other.url.rpartition(":")[2])
                    await live.send(TALK[len(half) :])
                    await live.end()
                    seen += await events(live)
    assert of(Resumed, seen)[-1].anew
    assert " ".join(texts(seen)).split()[:4] == " ".join(said).split()[:4]
    assert len(texts(seen)) == len(said)
    assert [it.seg for it in of(Final, seen)] == list(range(len(said)))
    starts = [it.start for it in of(Final, seen)]
    assert starts == sorted(starts) and seen[-1].duration == pytest.approx(
        len(TALK) / 32_000, abs=0.1
    )


async def test_patience_ends(server):
    async with between(server.url) as proxy:
        async with captionflow.connect(proxy.url, language="en", patience=0.3) as live:
            proxy.port = 1
            proxy.cut()
            with pytest.raises(ServerError) as failure:
                await events(live)
            with pytest.raises(ServerError):
                await live.send(bytes(2))
        assert failure.value.code in ("lost", "unreachable", "not_a_server")
