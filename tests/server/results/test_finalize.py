"""A session is finished from wherever it stood, once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from inference.types import Options, Word
from server.live import entries
from server.live.entries import Header
from server.parts import OWNER
from server.protocols.native.requests import Request, View
from server.results.finalize import Finalizer
from server.settings import RetentionSettings
from storage.errors import Missing
from storage.journal.records import Audio, Record
from storage.journal.writer import journaling
from storage.open import Storage, open_storage
from storage.records import Retention, State
from storage.records import Segment as Row
from storage.settings import StorageSettings
from streaming.events import Ended, Segment
from streaming.resampler import Format
from tests.storage.shared import a_session

DATA = (np.sin(np.arange(48_000) / 20) * 9000).astype("<i2").tobytes()


@pytest_asyncio.fixture
async def storage(tmp_path: Path, database_url: str) -> AsyncIterator[Storage]:
    async with open_storage(StorageSettings(tmp_path, database_url=database_url)) as opened:
        yield opened


async def finalizer_for(storage: Storage, tmp_path: Path) -> Finalizer:
    """With the journal of session s1 that said one word."""
    request = Request(Format(), 0, Options(), View(), None, None, None, None)
    word = (Word(" once", 0, 8000, 0.9),)
    records: list[Record] = [
        entries.opened("s1", Header(request, "stt.v1", 0)),
        Audio(0, 96_000, DATA),
        entries.event_record(1, Segment(0, 0, 8000, word, "en", True, 0.9), None),
        entries.event_record(2, Ended(48_000), 96_000),
    ]
    async with journaling(tmp_path / "journal", None) as journals:
        journal = journals.begin("s1")
        for record in records:
            number = journal.append(record)
        await journal.synced(number, 10)
        journal.close()
    (tmp_path / "work").mkdir()
    keep = RetentionSettings(editing=60, recording=120, transcript=180)
    return Finalizer(storage, tmp_path / "journal", None, tmp_path / "work", keep)


async def text_of(storage: Storage) -> str:
    pieces = storage.objects.open(f"{OWNER}/s1/transcript.txt")
    return b"".join([piece async for piece in pieces]).decode()


@pytest.mark.parametrize("moves", [(), (State.DRAINING,), (State.DRAINING, State.FINALIZING)])
async def test_a_session_is_finished_from_wherever_it_stood(
    storage: Storage, tmp_path: Path, moves: tuple[State, ...]
) -> None:
    finalizer = await finalizer_for(storage, tmp_path)
    await storage.sessions.create(a_session(owner=OWNER))
    for state in moves:
        await storage.sessions.move("s1", state, duration=48_000, language="en")
    session = await finalizer.finalize(OWNER, "s1")
    assert (session.state, session.duration, session.language) == (State.READY, 48_000, "en")
    assert (await text_of(storage)).split() == ["once"]
    assert session.ready_at is not None
    spans = (session.expires_at, session.recording_until, session.transcript_until)
    assert [it and it - session.ready_at for it in spans] == [
        timedelta(seconds=seconds) for seconds in (60, 120, 180)
    ]
    assert await finalizer.finalize(OWNER, "s1") == session
    assert list((tmp_path / "work").iterdir()) == []


async def test_a_session_may_ask_for_less(storage: Storage, tmp_path: Path) -> None:
    finalizer = await finalizer_for(storage, tmp_path)
    asked = Retention(recording=0, transcript=5)
    await storage.sessions.create(a_session(owner=OWNER, retention=asked))
    session = await finalizer.finalize(OWNER, "s1")
    assert session.recording_until == session.ready_at
    assert session.ready_at is not None
    assert session.transcript_until == session.ready_at + timedelta(seconds=5)


async def test_one_with_an_error_is_stored_and_failed_and_may_be_tried_again(
    storage: Storage, tmp_path: Path
) -> None:
    finalizer = await finalizer_for(storage, tmp_path)
    await storage.sessions.create(a_session(owner=OWNER))
    session = await finalizer.finalize(OWNER, "s1", "it broke")
    assert (session.state, session.error) == (State.FAILED, "it broke")
    assert [it.name for it in await storage.artifacts.list("s1")][0] == "recording"
    session = await finalizer.finalize(OWNER, "s1")
    assert (session.state, session.error) == (State.READY, None)


async def test_of_what_another_owner_left_only_what_was_not_heard_again_stays(
    storage: Storage, tmp_path: Path
) -> None:
    finalizer = await finalizer_for(storage, tmp_path)
    await storage.sessions.create(a_session(owner=OWNER))
    left = [
        Row(
            session="s1",
            number=number,
            start=start,
            end=start + 8000,
            text=text,
            words=(),
            confidence=0.9,
        )
        for number, start, text in ((0, 0, "was"), (1, 8000, "twice"), (2, 48_000, "lost"))
    ]
    await storage.segments.put("s1", left)
    await finalizer.finalize(OWNER, "s1")
    assert (await text_of(storage)).split() == ["once", "lost"]


async def test_two_that_finalize_at_once_agree(storage: Storage, tmp_path: Path) -> None:
    finalizer = await finalizer_for(storage, tmp_path)
    await storage.sessions.create(a_session(owner=OWNER))
    both = await asyncio.gather(
        *(finalizer.finalize(OWNER, "s1") for _ in range(2)), return_exceptions=True
    )
    assert any(getattr(it, "state", None) is State.READY for it in both)
    assert (await text_of(storage)).split() == ["once"]


async def test_nobodys_session_is_missing(storage: Storage, tmp_path: Path) -> None:
    finalizer = await finalizer_for(storage, tmp_path)
    with pytest.raises(Missing):
        await finalizer.finalize(OWNER, "nobody")
