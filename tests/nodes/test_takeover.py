"""A node is killed; others go on with what was its own."""

from contextlib import AsyncExitStack

import numpy as np
import pytest

from storage.ports import Objects
from tests.nodes.shared import (
    HALF,
    TALK,
    Node,
    Site,
    come_back,
    finals,
    last_seq,
    recording,
    sealed,
    spoken,
)
from tests.server.shared import Raw, raw, until
from tests.server.viewers import Viewer, watching

pytestmark = pytest.mark.slow


async def in_the_store(objects: Objects, client: Raw, session: str, pos: int) -> None:
    """Waits until the store has so much of the audio, and all events that the client has."""

    async def there() -> bool:
        reached, seq = await sealed(objects, session)
        return reached >= pos and seq >= last_seq(client.heard)

    await until(there)


async def test_a_session_of_one_node_is_watched_on_another_and_goes_on_there(
    site: Site, objects: Objects
) -> None:
    async with site.nodes("ab") as (a, b):
        expected = await spoken(b.url)
        async with (
            watching(b.url, room="hall") as steady,
            watching(a.url, b.url, room="hall") as moving,
        ):
            async with raw(a.url) as client:
                welcome = await client.hello(room="hall")
                session, token = welcome["session"], welcome["token"]
                await client.audio(0, TALK[:HALF])
                for _ in range(3):
                    await client.hear("final")
                await steady.sees("final", 3)
                await moving.sees("final", 3)
                await in_the_store(objects, client, session, HALF)
                await a.kill()
                before = client.heard
            entered, client = await come_back(b.url, welcome, last_seq(before))
            try:
                again = client.heard[-1]
                assert again["resumed"] and again["token"] != token
                assert again["received"] == HALF, "what the store had is not asked for again"
                await client.audio(HALF, TALK[HALF:])
                await client.say("end", pos=len(TALK))
                assert await client.closed() == (1000, "done")
            finally:
                await entered.__aexit__(None, None, None)
            assert finals(before) + finals(client.heard) == expected
            for viewer in (steady, moving):
                await viewer.sees("end")
                assert viewer.finals == expected
                assert viewer.numbers == sorted(set(viewer.numbers))
            assert moving.connections > 1
        await b.ready(session)
        assert np.array_equal(await recording(b, session), np.frombuffer(TALK, "<i2"))
        text = (await b.get("/captions/hall.vtt")).decode()
        assert text.count("-->") >= len(expected)


async def test_whoever_finds_it_finishes_what_no_client_comes_back_for(
    site: Site, objects: Objects
) -> None:
    async with site.nodes("abc", linger=1.0) as (a, b, c), watching(c.url, room="hall") as viewer:
        sessions: list[str] = []
        async with AsyncExitStack() as stack:
            for number in range(4):
                client = await stack.enter_async_context(raw(a.url))
                welcome = await client.hello(room="hall" if number == 0 else f"room{number}")
                sessions.append(welcome["session"])
                await client.audio(0, TALK[:HALF])
                for _ in range(3):
                    await client.hear("final")
                await in_the_store(objects, client, sessions[-1], HALF)
            await a.kill()
        for session in sessions:
            record = await b.ready(session)
            names = [each["name"] for each in record["artifacts"]]
            assert names[0] == "recording" and len(names) == 5
            assert np.array_equal(await recording(c, session), np.frombuffer(TALK[:HALF], "<i2"))
        await once(viewer, sessions, b, c)


async def once(viewer: Viewer, sessions: list[str], *nodes: Node) -> None:
    """Each session was gone on with by one of the nodes, and ended once."""
    recovered = [line["session"] for node in nodes for line in node.logged("session recovered")]
    assert sorted(recovered) == sorted(sessions)
    await viewer.sees("end")
    ends = [each for each in viewer.seen if each.kind == "end"]
    assert [each.data["session"] for each in ends] == sessions[:1]
    assert len(set(viewer.finals)) == len(viewer.finals)
