"""Real servers that others need are stopped under a session, and started again."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from server.settings import Settings
from storage.embedded import running
from storage.s3.store import connected
from storage.settings import S3Settings
from tests.nodes.shared import HALF, QUARTER, TALK, finals, sections
from tests.server.shared import Raw, Running, raw, serving, settings_for, until
from tests.server.viewers import watching
from tests.storage.bus.shared import Server
from tests.storage.seaweed import Seaweed
from tests.storage.shared import QUICK

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(
    tmp_path: Path, database_url: str, s3_settings: S3Settings, valkey: Server
) -> Settings:
    return settings_for(tmp_path, database_url, **sections(s3_settings, valkey.url, "a"))


async def to_the_end(client: Raw, pos: int) -> None:
    """The client says the rest, and is told the end."""
    await client.audio(pos, TALK[pos:])
    await client.say("end", pos=len(TALK))
    assert await client.closed() == (1000, "done")
    assert len(finals(client.heard)) == 6
    seqs = [each["seq"] for each in client.heard if "seq" in each and each["type"] != "welcome"]
    assert seqs == list(range(1, len(seqs) + 1))


async def is_whole(server: Running, session: str) -> None:
    """Waits until all that was promised of the talk is there."""

    async def ready() -> bool:
        answer = await server.get(f"/v1/sessions/{session}")
        return answer.status_code == 200 and answer.json()["state"] == "ready"

    await until(ready, 30)
    samples, _ = await server.recording(session)
    assert np.array_equal(samples, np.frombuffer(TALK, "<i2"))
    text = (await server.get(f"/v1/sessions/{session}/exports/txt")).text
    assert len(text.strip().split("\n")) == 6


@asynccontextmanager
async def postgres(folder: Path) -> AsyncIterator[str]:
    async with running(folder / "postgres", QUICK) as address:
        yield address


async def test_the_database_goes_away_and_comes_back(
    folder: Path, tmp_path: Path, s3_settings: S3Settings, valkey: Server
) -> None:
    async with AsyncExitStack() as stack:
        first = AsyncExitStack()
        address = await first.enter_async_context(postgres(folder))
        given = sections(s3_settings, valkey.url, "a")
        settings = settings_for(tmp_path, address, **given)
        server = await stack.enter_async_context(serving(settings))
        async with raw(server.url) as client:
            session = (await client.hello(room="hall"))["session"]
            await client.audio(0, TALK[:QUARTER])
            await client.hear("final")
            await first.aclose()
            async with raw(server.url) as refused:
                await refused.say("hello", language="en")
                assert (await refused.closed())[0] == 1013
                assert refused.error["code"] == "storage_unavailable"
            assert (await server.get("/health/ready")).status_code == 503
            assert (await server.get(f"/v1/sessions/{session}")).status_code == 503
            assert (await server.get("/captions/hall.vtt")).status_code == 503
            async with watching(server.url, room="hall") as viewer:
                await client.audio(QUARTER, TALK[QUARTER:HALF])
                await client.hear("final")
                await viewer.sees("final", 2)
            await to_the_end(client, HALF)
        assert await stack.enter_async_context(postgres(folder)) == address
        await is_whole(server, session)
        assert (await server.get("/health/ready")).status_code == 200
        async with raw(server.url) as client:
            await client.hello()
            await to_the_end(client, 0)


async def test_the_object_store_goes_away_and_comes_back(
    settings: Settings, seaweed: Seaweed
) -> None:
    async with serving(settings) as server, raw(server.url) as client:
        session = (await client.hello(room="hall"))["session"]
        await client.audio(0, TALK[:QUARTER])
        await client.hear("final")
        seaweed.kill()
        await client.audio(QUARTER, TALK[QUARTER:HALF])
        await client.hear("final")
        parts = settings.storage.data_dir / "journal" / "parts" / session
        await until(lambda: len(list(parts.glob("*.part"))) > 1)
        await to_the_end(client, HALF)
        async with raw(server.url) as other:
            await other.hello()
            await other.audio(0, TALK[:QUARTER])
            await other.hear("final")
        assert (await server.session(session))["state"] != "ready"
        seaweed.start()  # on this thread, which its end is tied to
        assert settings.storage.s3
        async with connected(settings.storage.s3, start_timeout=30):
            await is_whole(server, session)


async def test_the_bus_goes_away_and_comes_back(settings: Settings, valkey: Server) -> None:
    async with (
        serving(settings) as server,
        watching(server.url, room="hall") as viewer,
        raw(server.url) as client,
    ):
        session = (await client.hello(room="hall"))["session"]
        await client.audio(0, TALK[:QUARTER])
        await client.hear("final")
        await viewer.sees("final")
        valkey.stop()
        assert (await server.get("/health/ready")).status_code == 200
        await client.audio(QUARTER, TALK[QUARTER:HALF])
        for _ in range(2):
            await client.hear("final")

        async def dropped() -> bool:
            page = (await server.get("/metrics")).text
            return "captionflow_bus_dropped 0.0" not in page

        await until(dropped)
        assert len(viewer.finals) == 1
        async with watching(server.url, room="hall") as late:
            valkey.start()
            await viewer.sees("final", 3)
            await to_the_end(client, HALF)
            await viewer.sees("end")
            await late.sees("end")
        assert viewer.finals == finals(client.heard) and viewer.connections == 1
        assert late.finals == viewer.finals[1:], "the server forgot what was said before"
        assert viewer.numbers == sorted(set(viewer.numbers))
        await is_whole(server, session)
