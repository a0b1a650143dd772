"""Sessions in tasks of their own: what fails in one, and what is tried again."""

import asyncio

import captionflow
import pytest

from server.settings import Settings
from tests.server.live.test_registry import ready
from tests.server.shared import Running, of, pcm, raw, serving, talk

TALK = pcm("...." + "#" * 15 + "." * 10)
SAID = ["w1 w2 w3 w4 w5"]


def texts(seen: list[object]) -> list[str]:
    return [final.text for final in of(captionflow.Final, seen)]


async def test_what_could_not_be_finalized_is_tried_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.live.registry.AGAIN", 0.05)
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
        await ready(server, live.welcome.session)
        await server.tidied()


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
