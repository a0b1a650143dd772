"""The client of files for programs with an event loop, against the server."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from captionflow import AsyncBatch, ServerError, Uploading, Working

from tests.server.shared import WAIT, Running, serving, settings_for, until
from tests.server.uploads.shared import quiet, wav

TALK = wav("..." + "#" * 6 + "....")


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    file = tmp_path / "talk.wav"
    file.write_bytes(TALK)
    return file


@pytest_asyncio.fixture
async def server(tmp_path: Path, database_url: str) -> AsyncIterator[Running]:
    async with serving(settings_for(tmp_path / "server", database_url)) as running:
        yield running


@pytest_asyncio.fixture
async def idle(tmp_path: Path, database_url: str) -> AsyncIterator[Running]:
    """A server on which nobody does the jobs."""
    async with serving(quiet(tmp_path / "idle", database_url)) as running:
        yield running


def ours() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "captionflow"]


async def test_a_file_becomes_a_transcript(server: Running, talk: Path) -> None:
    told: list[Uploading | Working] = []
    places: set[int] = set()

    def tell(progress: Uploading | Working) -> None:
        told.append(progress)
        places.add(threading.get_ident())

    batch = AsyncBatch(server.url)
    found = await batch.transcribe(talk, language="en", hotwords=["Ada"], told=tell)
    assert [segment.text for segment in found.segments] == ["w1 w2"]
    assert isinstance(told[0], Uploading)
    assert isinstance(told[-1], Working) and told[-1].stage == "completed"
    assert places == {threading.get_ident()}, "told in the loop, not in the thread"
    session = await server.session(found.session)
    assert session["options"]["hotwords"] == ["Ada"]
    await until(lambda: not ours())


async def test_many_at_a_time_and_each_its_own(server: Running, tmp_path: Path) -> None:
    pictures = ["..." + "###" * words + "...." for words in range(1, 4)]
    files = [tmp_path / f"{number}.wav" for number in range(len(pictures))]
    for file, picture in zip(files, pictures, strict=True):
        file.write_bytes(wav(picture))
    batch = AsyncBatch(server.url, at_once=2)
    found = await asyncio.gather(*(batch.transcribe(file, language="en") for file in files))
    assert [one.text for one in found] == ["w1", "w1 w2", "w1 w2 w3"]
    junk = tmp_path / "junk"
    junk.write_bytes(b"words " * 99)
    with pytest.raises(ServerError) as caught:
        await batch.transcribe(junk)
    assert caught.value.code == "unreadable_audio"
    with pytest.raises(FileNotFoundError):
        await batch.transcribe(tmp_path / "nobody")


async def test_whoever_is_cancelled_is_gone_at_once_and_leaves_no_thread(
    idle: Running, talk: Path
) -> None:
    follows = asyncio.Event()
    batch = AsyncBatch(idle.url, at_once=1)

    def told(progress: Uploading | Working) -> None:
        if isinstance(progress, Working):
            follows.set()

    for _ in range(3):
        follows.clear()
        work = asyncio.create_task(batch.transcribe(talk, told=told))
        async with asyncio.timeout(WAIT):
            await follows.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            async with asyncio.timeout(WAIT):
                await work
        await until(lambda: not ours())


async def test_whoever_waits_for_a_turn_may_be_cancelled_too(idle: Running, talk: Path) -> None:
    batch = AsyncBatch(idle.url, at_once=1)
    first, second = (asyncio.create_task(batch.transcribe(talk)) for _ in range(2))
    await until(lambda: len(ours()) == 1)
    for task in (second, first):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            async with asyncio.timeout(WAIT):
                await task
    await until(lambda: not ours())


async def test_a_listener_that_fails_ends_the_work(idle: Running, talk: Path) -> None:
    def told(_: Uploading | Working) -> None:
        raise LookupError("no such window")

    with pytest.raises(LookupError, match="window"):
        async with asyncio.timeout(WAIT):
            await AsyncBatch(idle.url).transcribe(talk, told=told)
    await until(lambda: not ours())


async def test_a_listener_that_is_late_hears_the_newest(server: Running, tmp_path: Path) -> None:
    file = tmp_path / "long.wav"
    file.write_bytes(wav("." * 100 + "#" * 6 + "....", 48_000))  # a million bytes, many pieces
    size, held, told = file.stat().st_size, threading.Event(), []

    def tell(progress: Uploading | Working) -> None:
        if not told:
            held.wait(0.2)  # the loop stands still; the thread goes on as far as it can
        told.append(progress)

    await AsyncBatch(server.url).transcribe(file, language="en", told=tell)
    sent = [progress.sent for progress in told if isinstance(progress, Uploading)]
    assert sent == sorted(sent) and sent[-1] == size
    assert len(sent) < size // (1 << 16), "what was out of date was not told"


def test_what_is_no_address() -> None:
    with pytest.raises(ValueError, match="address"):
        AsyncBatch("nonsense")
