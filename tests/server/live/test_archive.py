"""The journal and the rows of a session while it runs."""

import asyncio
import errno
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from inference.types import Word
from server.live import archive as module
from server.live.archive import Archive, row
from storage.errors import Unavailable
from storage.journal.handle import JournalFull
from storage.journal.reader import load
from storage.journal.records import Audio
from storage.journal.writer import JournalPolicy, Journals, journaling
from storage.open import open_storage
from storage.settings import StorageSettings
from streaming.events import Segment
from tests.server.shared import until
from tests.storage.shared import a_session

PROMISED = (Word(" Good", 0, 100, 0.9),)
BETTER = (Word(" God", 0, 100, 0.8),)
SAID = Segment(0, 0, 100, PROMISED, "en", True, 0.9, BETTER)


class Rows:
    """Segments of a database that may be away."""

    def __init__(self) -> None:
        self.away = False
        self.kept: list[str] = []

    async def put(self, session: str, segments) -> None:  # type: ignore[no-untyped-def]
        if self.away:
            raise Unavailable("away")
        self.kept += [segment.text for segment in segments]


@pytest_asyncio.fixture
async def journals(tmp_path: Path) -> AsyncIterator[Journals]:
    policy = JournalPolicy(session_bytes=10_000, retry=0.01)
    async with journaling(tmp_path / "journal", None, policy) as opened:
        yield opened


def begun(journals: Journals) -> Archive:
    archive = Archive("s1", Rows())  # type: ignore[arg-type]
    archive.begin(journals, 0, 0, 0, lambda: None)
    return archive


def audio(number: int) -> Audio:
    return Audio(number * 1000, (number + 1) * 1000, bytes([number]) * 1000)


async def test_more_than_fits_at_once_is_kept_in_order(journals: Journals, tmp_path: Path) -> None:
    archive = begun(journals)
    for number in range(50):
        archive.append(audio(number))
    assert archive.late
    await archive.seal(50_000, 0)
    assert archive.durable.pos == 50_000
    archive.close()
    kept = [it async for it in load(tmp_path / "journal", None, "s1") if isinstance(it, Audio)]
    assert [it.pos for it in kept] == [0, *(it.end for it in kept[:-1])]
    assert b"".join(it.data for it in kept) == b"".join(audio(at).data for at in range(50))


async def test_a_disk_that_refuses_is_told_and_waited_for(
    journals: Journals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STUCK", 0.1)
    archive, write = begun(journals), journals._log.write

    def refuse(data: bytes) -> None:
        raise OSError(errno.ENOSPC, "no space")

    journals._log.write = refuse  # type: ignore[method-assign]
    for number in range(15):
        archive.append(audio(number))
    await until(lambda: archive.durable.full)
    with pytest.raises(JournalFull):
        await archive.safe()
    with pytest.raises(TimeoutError):
        await archive.room(1000)
    journals._log.write = write  # type: ignore[method-assign]
    await until(lambda: archive.durable.pos == 15_000)
    await archive.room(1000)
    archive.close()
    archive.append(audio(15))
    archive.close()
    assert archive.durable.pos == 15_000


async def test_segments_become_rows_when_the_database_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "EVERY", 0.01)
    rows = Rows()
    rows.away = True
    archive = Archive("s1", rows)  # type: ignore[arg-type]
    archive.segment(SAID)
    running = asyncio.create_task(archive.run())
    await until(lambda: archive.away)
    rows.away = False
    await until(lambda: rows.kept == ["God"])
    await until(lambda: not archive.rows)
    running.cancel()
    await asyncio.wait([running])


async def test_a_row_is_the_better_hearing_beside_the_promise(
    tmp_path: Path, database_url: str
) -> None:
    async with open_storage(StorageSettings(tmp_path, database_url=database_url)) as storage:
        await storage.sessions.create(a_session())
        await storage.segments.put("s1", [row("s1", SAID)])
        (kept,) = await storage.segments.list("s1")
        assert (kept.text, kept.live_text, kept.number) == ("God", "Good", 0)
    plain = row("s1", Segment(1, 0, 100, PROMISED, "en", True, 0.9))
    assert (plain.text, plain.live_text) == ("Good", None)
