"""The client of files against the server, with a worker inside."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from captionflow import Batch, ServerError, Uploading, Working

from server.settings import Settings
from tests.server.shared import WAIT, Running, serving, settings_for, until
from tests.server.uploads.shared import quiet, wav

TALK = wav("..." + "#" * 6 + "....")


@pytest_asyncio.fixture
async def settings(tmp_path: Path, database_url: str) -> Settings:
    return settings_for(tmp_path / "server", database_url)


@pytest_asyncio.fixture
async def server(settings: Settings) -> AsyncIterator[Running]:
    async with serving(settings) as running:
        yield running


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    file = tmp_path / "talk.wav"
    file.write_bytes(TALK)
    return file


async def test_a_file_becomes_a_transcript(server: Running, talk: Path) -> None:
    told: list[Uploading | Working] = []
    batch = Batch(server.url)
    found = await asyncio.to_thread(
        batch.transcribe, talk, language="en", hotwords=["Ada"], told=told.append
    )
    assert [segment.text for segment in found.segments] == ["w1 w2"]
    assert (found.text, found.language, found.model) == ("w1 w2", "en", "base")
    assert found.duration == 1.3
    assert [word.word for word in found.segments[0].words] == ["w1", "w2"]
    assert told[0] == Uploading(len(TALK), len(TALK))
    assert isinstance(told[-1], Working) and told[-1].stage == "completed"
    session = await server.session(found.session)
    assert (session["kind"], session["state"], session["filename"]) == (
        "upload",
        "ready",
        talk.name,
    )
    assert session["options"]["hotwords"] == ["Ada"]


async def test_what_the_server_says_of_bad_files(server: Running, tmp_path: Path) -> None:
    batch, junk = Batch(server.url), tmp_path / "junk"
    for content in (b"words " * 99, b""):
        junk.write_bytes(content)
        with pytest.raises(ServerError) as caught:
            await asyncio.to_thread(batch.transcribe, junk)
        assert caught.value.code == "unreadable_audio"
    with pytest.raises(ServerError, match="language"):
        await asyncio.to_thread(batch.transcribe, Path(__file__), language="xx")
    with pytest.raises(FileNotFoundError):
        await asyncio.to_thread(batch.transcribe, tmp_path / "nobody")


async def test_a_server_that_is_started_anew_in_the_middle(
    tmp_path: Path, database_url: str, talk: Path
) -> None:
    first = quiet(tmp_path / "server", database_url)
    follows = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told(progress: Uploading | Working) -> None:
        if isinstance(progress, Working):
            loop.call_soon_threadsafe(follows.set)

    async with serving(first) as server:
        port = int(server.url.rpartition(":")[2])
        work = asyncio.create_task(asyncio.to_thread(Batch(server.url).transcribe, talk, told=told))
        async with asyncio.timeout(WAIT):
            await follows.wait()
    again = settings_for(tmp_path / "server", database_url, server={"port": port})
    async with serving(again):
        async with asyncio.timeout(WAIT):
            found = await work
    assert found.text == "w1 w2"


async def test_a_job_that_is_cancelled_by_somebody(
    tmp_path: Path, database_url: str, talk: Path
) -> None:
    async with serving(quiet(tmp_path / "server", database_url)) as server:
        work = asyncio.create_task(asyncio.to_thread(Batch(server.url).transcribe, talk))

        async def waits() -> bool:
            return bool((await server.get("/v1/jobs")).json()["jobs"])

        await until(waits)
        (job,) = (await server.get("/v1/jobs")).json()["jobs"]
        await server.http.delete(f"/v1/jobs/{job['id']}")
        with pytest.raises(ServerError) as caught:
            async with asyncio.timeout(WAIT):
                await work
    assert caught.value.code == "cancelled"


async def test_whoever_has_enough_is_not_kept(
    tmp_path: Path, database_url: str, talk: Path
) -> None:
    async with serving(quiet(tmp_path / "server", database_url)) as server:
        batch, follows = Batch(server.url), asyncio.Event()
        loop = asyncio.get_running_loop()

        def told(progress: Uploading | Working) -> None:
            if isinstance(progress, Working):
                loop.call_soon_threadsafe(follows.set)

        work = asyncio.create_task(asyncio.to_thread(batch.transcribe, talk, told=told))
        async with asyncio.timeout(WAIT):
            await follows.wait()
            batch.close()
            with pytest.raises(ServerError, match="closed"):
                await work
