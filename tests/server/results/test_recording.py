"""What a journal's one pass gives: a file, rows, a length."""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import numpy as np
import soundfile

from inference.types import Options, Word
from server.live import entries
from server.live.entries import Header
from server.protocols.native.requests import Request, View
from server.results.recording import record
from storage.journal.records import Audio, Gap, Record
from streaming.events import Ended, Segment
from streaming.resampler import Format

SOUND = (np.sin(np.arange(48_000) / 20) * 9000).astype("<i2")
DATA = SOUND.tobytes()


def opened(form: Format, start: int = 0) -> Record:
    request = Request(form, start, Options(), View(), None, None, None, None)
    return entries.opened("s", Header(request, "stt.v1", 0))


async def given(records: Iterable[Record]) -> AsyncIterator[Record]:
    for each in records:
        yield each


def said(number: int, text: str) -> Segment:
    words = (Word(f" {text}", 0, 100, 0.9),)
    return Segment(number, number * 100, number * 100 + 100, words, "en", True, 0.9)


async def test_audio_gaps_and_repetitions_become_one_recording(tmp_path: Path) -> None:
    path = tmp_path / "r.flac"
    records = [
        opened(Format(), 8),
        Audio(8, 32_008, DATA[:32_000]),
        entries.event_record(1, said(0, "one"), None),
        opened(Format(), 8),  # another owner, who did not have the last second
        Audio(16_008, 48_008, DATA[16_000:48_000]),
        Gap(48_008, 16_000),
        Audio(64_008, 96_008, DATA[64_000:]),
        entries.event_record(2, said(1, "two"), None),
        entries.event_record(3, Ended(47_000), 96_008),
    ]
    kept = await record("s", given(records), path)
    samples, rate = soundfile.read(path, dtype="int16")
    expected = SOUND.copy()
    expected[24_000:32_000] = 0
    assert rate == 16_000 and np.array_equal(samples, expected)
    assert [it.text for it in kept.rows] == ["one", "two"]
    assert (kept.duration, kept.language) == (47_000, "en")


async def test_one_that_never_ended_is_as_long_as_its_audio(tmp_path: Path) -> None:
    form = Format("pcm_s16le", 48_000, 1)
    kept = await record("s", given([opened(form), Audio(0, 96_000, DATA)]), tmp_path / "r.flac")
    assert kept.duration == 16_000


async def test_without_audio_there_is_no_file(tmp_path: Path) -> None:
    kept = await record("s", given([opened(Format())]), tmp_path / "r.flac")
    assert (kept.rows, kept.duration, kept.language) == ((), 0, None)
    assert list(tmp_path.iterdir()) == []
