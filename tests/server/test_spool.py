"""What is on the disk of a session that is not stored yet."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from inference.types import Word
from server.spool import Spool
from storage.recorder import Recorder, part_of
from storage.records import Segment

SOUND = (np.sin(np.arange(24_000) / 20) * 9000).astype(np.int16)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path)


def segment(number: int) -> Segment:
    words = (Word(" Grüß", 0, 1600, 0.9),)
    return Segment(
        session="s", number=number, start=0, end=1600, text="Grüß", words=words, confidence=0.9
    )


def test_segments_wait_until_they_are_stored(spool: Spool) -> None:
    assert spool.kept("s") == []
    spool.keep("s", [segment(0)])
    spool.keep("s", [segment(0), segment(1)])
    assert spool.kept("s") == [segment(0), segment(1)] and spool.sessions() == {"s"}
    spool.stored("s")
    spool.stored("s")
    assert spool.kept("s") == [] and spool.sessions() == set()


def test_a_whole_recording_has_a_length_on_our_clock(spool: Spool) -> None:
    with Recorder(spool.recording("s"), 48_000) as recorder:
        recorder.write(SOUND)
    assert spool.rescue("s") == 8000
    assert spool.rescue("nobody") is None


def test_a_torn_recording_is_made_whole(spool: Spool) -> None:
    recorder = Recorder(spool.recording("s"), 8_000)
    recorder.write(SOUND)
    torn = part_of(spool.recording("s")).read_bytes()
    recorder.close()
    spool.recording("s").unlink()
    part_of(spool.recording("s")).write_bytes(torn[:-100])
    length = spool.rescue("s")
    assert length is not None and 48_000 - 2 * 2 * 4096 <= length <= 48_000
    kept, rate = soundfile.read(spool.recording("s"), dtype="int16")
    assert rate == 8_000 and np.array_equal(kept, SOUND[: len(kept)])
    assert not part_of(spool.recording("s")).exists()


@pytest.mark.parametrize("junk", [b"", b"fLaC", b"no sound at all" * 1000])
def test_what_cannot_be_read_is_put_aside(spool: Spool, junk: bytes) -> None:
    part_of(spool.recording("s")).write_bytes(junk)
    assert spool.rescue("s") is None
    assert not part_of(spool.recording("s")).exists()


def test_a_claim_is_a_trace_and_nothing_more(spool: Spool) -> None:
    spool.claim("s")
    assert spool.sessions() == {"s"} and spool.empty("s")
    spool.keep("s", [segment(0)])
    assert not spool.empty("s")
    spool.remove("s")
    assert list(spool.folder.iterdir()) == []
