"""A node is killed under our own client, and has told it more than anybody else knows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import captionflow
import numpy as np
import pytest
from captionflow import Final, Resumed

from storage.ports import Objects
from tests.clients.proxy import between
from tests.nodes.shared import HALF, QUARTER, TALK, Node, Site, recording, sealed, spoken
from tests.server.children import START
from tests.server.shared import until
from tests.server.viewers import watching
from tests.storage.seaweed import Seaweed

pytestmark = pytest.mark.slow

PIECE = 3200  # bytes: 100 ms


class Speaker:
    """A client that hears while it speaks."""

    def __init__(self, live: captionflow.Live) -> None:
        self.live = live
        self.session = live.welcome.session
        self.seen: list[Any] = []

    async def read(self) -> None:
        async for event in self.live:
            self.seen.append(event)

    async def says(self, audio: bytes, pause: float = 0.0) -> None:
        for at in range(0, len(audio), PIECE):
            await self.live.send(audio[at : at + PIECE])
            await asyncio.sleep(pause)

    async def hears(self, count: int) -> None:
        await until(lambda: len(self.of(Final)) >= count)

    def of(self, kind: type[Any]) -> list[Any]:
        return [each for each in self.seen if isinstance(each, kind)]

    def has_all_once(self, expected: list[str]) -> None:
        """In one session, and with numbers that grow."""
        finals = self.of(Final)
        assert " ".join(each.text for each in finals).split() == " ".join(expected).split()
        assert [each.seg for each in finals] == sorted({each.seg for each in finals})
        numbers = [it.seq for it in self.seen[1:] if getattr(it, "seq", None) is not None]
        assert numbers == sorted(set(numbers))
        back = self.of(Resumed)
        assert back and {each.session for each in back} == {self.session}
        assert not any(each.anew or each.lost for each in back)
        assert self.seen[-1].pos == len(TALK)


@asynccontextmanager
async def speaking(a: Node, b: Node, patience: float | None = START) -> AsyncIterator[Speaker]:
    """A client of `a`, whose way leads to `b` when `a` is gone; it says and hears the end."""
    async with between(a.url) as proxy:

        async def turned() -> None:
            await a.process.wait()
            proxy.port = int(b.url.rpartition(":")[2])

        turning = asyncio.create_task(turned())
        connecting = captionflow.connect(proxy.url, language="en", patience=patience, notices=True)
        async with connecting as live:
            speaker = Speaker(live)
            reading = asyncio.create_task(speaker.read())
            try:
                yield speaker
                async with asyncio.timeout(START):
                    await reading
            finally:
                for task in (reading, turning):
                    task.cancel()
                await asyncio.gather(reading, turning, return_exceptions=True)


async def is_whole(node: Node, session: str, expected: list[str]) -> None:
    await node.ready(session)
    assert np.array_equal(await recording(node, session), np.frombuffer(TALK, "<i2"))
    text = (await node.get(f"/v1/sessions/{session}/exports/txt")).decode()
    assert text.split() == " ".join(expected).split()


async def test_what_only_the_dead_node_had_comes_again_from_the_client(
    site: Site, seaweed: Seaweed
) -> None:
    """The store was away, so nobody else has what the client was told last."""
    async with site.nodes("ab") as (a, b):
        expected = await spoken(b.url)
        async with speaking(a, b) as speaker, watching(b.url, room=speaker.session) as viewer:
            live = speaker.live
            await speaker.says(TALK[:QUARTER])
            await speaker.hears(1)
            await until(lambda: live.progress.settled > 0)
            seaweed.kill()
            await speaker.says(TALK[QUARTER:HALF])
            await speaker.hears(3)
            told = live.progress.seq
            await a.kill()
            seaweed.start()  # on this thread, which its end is tied to
            await speaker.says(TALK[HALF:])
            await until(lambda: len(speaker.of(Resumed)) > 0, START)
            assert live.welcome.after is not None and live.welcome.after < told
            assert live.welcome.received < HALF
            await live.end()
            await viewer.sees("end")
            assert viewer.finals == expected
        speaker.has_all_once(expected)
        await is_whole(b, speaker.session, expected)


@pytest.mark.parametrize("at", [0.4, 0.5, 0.6])
async def test_a_node_is_killed_while_somebody_speaks(site: Site, at: float) -> None:
    """What its last parts hold is left to chance."""
    async with site.nodes("ab", seal=0.6) as (a, b):
        expected = await spoken(b.url)
        async with speaking(a, b) as speaker:
            says = asyncio.create_task(speaker.says(TALK, pause=0.03))
            await until(lambda: speaker.live.sent > at * len(TALK))
            await a.kill()
            await says
            await speaker.live.end()
        speaker.has_all_once(expected)
        await is_whole(b, speaker.session, expected)


async def test_a_node_is_killed_before_anything_was_stored(site: Site, objects: Objects) -> None:
    """With the patience that a client has by default: what the welcome says."""
    async with site.nodes("ab", seal=60.0) as (a, b):
        expected = await spoken(b.url)
        async with speaking(a, b, patience=None) as speaker:
            await speaker.says(TALK[:HALF])
            await speaker.hears(3)
            assert speaker.live.progress.settled == 0
            await a.kill()
            assert await sealed(objects, speaker.session) == (0, 0)
            await speaker.says(TALK[HALF:])
            await speaker.live.end()
        assert speaker.live.welcome.after == 0
        speaker.has_all_once(expected)
        await is_whole(b, speaker.session, expected)
