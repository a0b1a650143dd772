"""Sessions that a server left behind, and what the next one makes of them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from inference.types import Word
from server.finalize import finalize, recover
from server.parts import OWNER
from server.spool import Spool
from storage.open import Storage, open_storage
from storage.recorder import Recorder, part_of
from storage.records import Segment, State
from storage.settings import StorageSettings
from tests.storage.shared import a_session

SOUND = (np.sin(np.arange(48_000) / 20) * 9000).astype(np.int16)


@pytest_asyncio.fixture
async def storage(tmp_path: Path, database_url: str) -> AsyncIterator[Storage]:
    async with open_storage(StorageSettings(tmp_path, database_url=database_url)) as opened:
        yield opened


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    (tmp_path / "spool").mkdir()
    return Spool(tmp_path / "spool")


def said(number: int, text: str, at: int) -> Segment:
    words = (Word(f" {text}", at, at + 8000, 0.9),)
    return Segment(
        session="s1",
        number=number,
        start=at,
        end=at + 8000,
        text=text,
        words=words,
        confidence=0.9,
        language="en",
    )


def record(spool: Spool, id: str = "s1") -> None:
    spool.claim(id)
    with Recorder(spool.recording(id), 16_000) as recorder:
        recorder.write(SOUND)


async def text_of(storage: Storage, id: str = "s1") -> str:
    pieces = storage.objects.open(f"{OWNER}/{id}/transcript.txt")
    return b"".join([piece async for piece in pieces]).decode()


@pytest.mark.parametrize("moves", [(), (State.DRAINING,), (State.DRAINING, State.FINALIZING)])
async def test_a_session_is_finished_from_wherever_it_stood(
    storage: Storage, spool: Spool, moves: tuple[State, ...]
) -> None:
    await storage.sessions.create(a_session(owner=OWNER))
    for state in moves:
        await storage.sessions.move("s1", state, duration=48_000)
    await storage.segments.put("s1", [said(0, "kept", 0)])
    spool.keep("s1", [said(1, "spooled", 16_000)])
    record(spool)
    assert await recover(storage, spool) == 1
    session = await storage.sessions.get(OWNER, "s1")
    assert session is not None and session.state is State.READY
    assert session.duration == 48_000
    assert (await text_of(storage)).split() == ["kept", "spooled"]
    assert list(spool.folder.iterdir()) == []
    assert await recover(storage, spool) == 0


async def test_what_is_known_of_a_killed_session_is_what_it_left(
    storage: Storage, spool: Spool
) -> None:
    await storage.sessions.create(a_session(owner=OWNER))
    await storage.segments.put("s1", [said(0, "kept", 0)])
    record(spool)
    await recover(storage, spool)
    session = await storage.sessions.get(OWNER, "s1")
    assert session is not None and session.ended_at is not None
    assert (session.duration, session.language) == (48_000, "en")


async def test_running_sessions_are_let_alone(storage: Storage, spool: Spool) -> None:
    await storage.sessions.create(a_session(owner=OWNER))
    record(spool)
    assert await recover(storage, spool, {"s1"}) == 0
    session = await storage.sessions.get(OWNER, "s1")
    assert session is not None and session.state is State.OPEN


async def test_one_that_cannot_be_recovered_does_not_keep_the_others(
    storage: Storage, spool: Spool
) -> None:
    for id in ("s0", "s1"):
        await storage.sessions.create(a_session(id, owner=OWNER))
        record(spool, id)
    (spool.folder / "s0.segments.json").write_text("torn")
    assert await recover(storage, spool) == 1
    assert (spool.recording("s0")).exists() and not spool.recording("s1").exists()


async def test_leftovers_go_and_unknown_recordings_stay(storage: Storage, spool: Spool) -> None:
    spool.claim("never-began")
    record(spool, "unknown")
    await storage.sessions.create(a_session("done", owner=OWNER))
    for state in (State.DRAINING, State.FINALIZING, State.READY):
        await storage.sessions.move("done", state)
    record(spool, "done")
    assert await recover(storage, spool) == 0
    assert spool.sessions() == {"unknown"}


async def test_a_session_with_an_error_is_stored_and_failed(storage: Storage, spool: Spool) -> None:
    await storage.sessions.create(a_session(owner=OWNER))
    await storage.sessions.move("s1", State.DRAINING)
    part = part_of(spool.recording("s1"))
    assert not part.exists()
    session = await finalize(storage, "s1", spool, "it broke")
    assert (session.state, session.error) == (State.FAILED, "it broke")
    assert [it.name for it in await storage.artifacts.list("s1")][0] == "transcript.json"


async def test_two_that_finalize_at_once_agree(storage: Storage, spool: Spool) -> None:
    await storage.sessions.create(a_session(owner=OWNER))
    await storage.sessions.move("s1", State.DRAINING)
    await storage.segments.put("s1", [said(0, "once", 0)])
    record(spool)
    await asyncio.gather(finalize(storage, "s1", spool), finalize(storage, "s1", spool))
    assert (await text_of(storage)).split() == ["once"]
