import numpy as np
import pytest
import soundfile

from benchmarks.batch.files import WARM, made, warming, whole
from benchmarks.speech.corpus import CorpusError, entries
from benchmarks.speech.entry import Entry

WORDS = [{"w": "red", "start": 0.2, "end": 0.5}, {"w": "fox", "start": 0.6, "end": 0.9}]


@pytest.fixture
def folder(tmp_path, recording):
    for number in range(3):
        recording(tmp_path, f"r{number}", WORDS, text="Red fox.")
    return tmp_path


def test_files_are_made_of_the_utterances_and_know_their_words(folder, tmp_path):
    found = made(folder, entries(folder), tmp_path, count=2, seconds=20.0, seed=1)
    assert len(found) == 2
    for one in found:
        assert soundfile.info(one.path).duration == one.seconds <= 20.0
        assert one.reference[:2] == ("red", "fox") and len(one.reference) == 16


def test_the_same_seed_makes_the_same_files(folder, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    one, other = (
        made(folder, entries(folder), tmp_path / name, 1, 20.0, seed=4)[0] for name in ("a", "b")
    )
    assert one.path.read_bytes() == other.path.read_bytes()


def test_recordings_may_stay_as_they_are(folder):
    found = whole(folder, entries(folder))
    assert [one.name for one in found] == ["r0", "r1", "r2"]
    assert {(one.seconds, one.reference) for one in found} == {(1.5, ("red", "fox"))}


def test_without_a_text_there_is_nothing_to_compare_with(folder):
    with pytest.raises(CorpusError, match="none of the 1"):
        whole(folder, [Entry("r0", "r0.flac")])


def test_a_file_that_is_not_there_is_named(folder):
    with pytest.raises(CorpusError, match=r"gone\.flac"):
        whole(folder, [Entry("gone", "gone.flac", text="red")])


def test_the_beginning_of_the_first_file_warms_everyone_up(folder, tmp_path):
    (long,) = made(folder, entries(folder), tmp_path, 1, 20.0, seed=1)
    path = warming(long, tmp_path)
    audio, rate = soundfile.read(path, dtype="int16")
    source, _ = soundfile.read(long.path, dtype="int16")
    assert len(audio) == WARM * rate
    assert np.array_equal(audio, source[: len(audio)])


def test_a_first_file_that_cannot_be_read_is_named(folder, tmp_path):
    (long,) = made(folder, entries(folder), tmp_path, 1, 20.0, seed=1)
    long.path.write_bytes(b"nothing")
    with pytest.raises(CorpusError, match=r"talk-0\.wav"):
        warming(long, tmp_path)
