"""The recording and the segments of a session while it runs."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
import soundfile

from inference.types import Word
from server import archive as module
from server.archive import Archive, RecordingLost
from server.spool import Spool
from storage.open import open_storage
from storage.settings import StorageSettings
from streaming.events import Segment
from streaming.resampler import Format
from tests.server.shared import until
from tests.storage.shared import a_session

SECOND = np.full((16_000, 1), 0.25, np.float32)
PROMISED = (Word(" Good", 0, 100, 0.9),)
BETTER = (Word(" God", 0, 100, 0.8),)


async def test_what_comes_is_written_and_stored(tmp_path: Path, database_url: str) -> None:
    async with open_storage(StorageSettings(tmp_path, database_url=database_url)) as storage:
        await storage.sessions.create(a_session())
        archive = Archive(storage, Spool(tmp_path), "s1", Format())
        await archive.open()
        running = asyncio.create_task(archive.run())
        archive.sound(SECOND)
        archive.segment(Segment(0, 0, 100, PROMISED, "en", True, 0.9, BETTER))
        archive.segment(Segment(1, 100, 200, PROMISED, "en", True, 0.9))
        archive.finish(16_000, "en")
        await running
        first, second = await storage.segments.list("s1")
        assert (first.text, first.live_text) == ("God", "Good")
        assert (second.text, second.live_text) == ("Good", None)
        assert soundfile.info(tmp_path / "s1.flac").frames == 16_000


async def test_much_audio_is_written_at_once(tmp_path: Path, database_url: str) -> None:
    async with open_storage(StorageSettings(tmp_path, database_url=database_url)) as storage:
        archive = Archive(storage, Spool(tmp_path), "s1", Format())
        await archive.open()
        running = asyncio.create_task(archive.run())
        for _ in range(300):
            archive.sound(SECOND)
            await archive.room()
            assert archive.waiting <= (module.BACKLOG + 1) * 16_000
        archive.finish(0, None)
        await running
        assert soundfile.info(tmp_path / "s1.flac").frames == 300 * 16_000


async def test_a_disk_that_is_stuck_is_not_waited_for_long(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STUCK", 0.05)
    async with open_storage(StorageSettings(tmp_path, database_url=database_url)) as storage:
        archive = Archive(storage, Spool(tmp_path), "s1", Format())
        for _ in range(module.BACKLOG + 1):
            archive.sound(SECOND)
        with pytest.raises(RecordingLost):
            await archive.room()
        waiting = asyncio.create_task(archive.room())
        archive.release()
        await waiting


async def test_one_that_is_cut_off_leaves_all_in_the_spool(
    tmp_path: Path, database_url: str
) -> None:
    async with open_storage(StorageSettings(tmp_path, database_url=database_url)) as storage:
        archive = Archive(storage, Spool(tmp_path), "s1", Format())
        await archive.open()
        running = asyncio.create_task(archive.run())
        archive.sound(SECOND)
        archive.segment(Segment(0, 0, 100, PROMISED, "en", True, 0.9))
        await until(lambda: archive.due is not None)
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])
        assert soundfile.info(tmp_path / "s1.flac").frames == 16_000
        assert [it.text for it in Spool(tmp_path).kept("s1")] == ["Good"]
