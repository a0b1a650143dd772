"""What a client is told, and how long it may be silent."""

import asyncio
from pathlib import Path

import pytest

from tests.server.shared import Running, pcm, raw, serving, settings_for

WORD = pcm("...." + "#" * 15 + "." * 10)
SAID = "w1 w2 w3 w4 w5"


async def test_what_is_settled_was_told_before(server: Running) -> None:
    async with raw(server.url) as client:
        await client.hello()
        await client.audio(0, WORD + WORD)
        settled = 0
        while settled < len(WORD) + 80_000:
            settled = (await client.hear("audio_ack"))["settled"]
            ends = [it["end"] for it in client.heard if it["type"] == "final"]
            assert settled < 80_000 or ends
        await client.say("end", pos=2 * len(WORD))
        assert await client.closed() == (1000, "done")


async def test_silent_clients_are_closed(tmp_path: Path, database_url: str) -> None:
    quick = {"hello_timeout": 0.1, "idle_timeout": 0.2}
    async with serving(settings_for(tmp_path, database_url, server=quick)) as server:
        async with raw(server.url) as client:
            assert (await client.closed())[0] == 4400
            assert "no hello within 0.1 s" in client.error["message"]
        async with raw(server.url) as client:
            id = (await client.hello())["session"]
            assert (await client.closed())[0] == 4408
            assert client.error["code"] == "idle"
            assert (await server.over(id))["state"] == "ready"


async def test_who_has_said_all_may_be_silent_while_the_model_works(
    tmp_path: Path, database_url: str
) -> None:
    settings = settings_for(tmp_path, database_url, server={"idle_timeout": 0.2})
    async with serving(settings) as server, raw(server.url) as client:
        server.model.hold()
        await client.hello()
        await client.audio(0, WORD)
        await client.say("end", pos=len(WORD))
        await server.model.is_in()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await client.hear("final")
        server.model.release()
        assert (await client.hear("final"))["text"] == SAID
        assert await client.closed() == (1000, "done")
