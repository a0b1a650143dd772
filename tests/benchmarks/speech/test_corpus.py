"""Reading a folder, and saying what is wrong with it."""

import numpy as np
import pytest
import soundfile

from benchmarks.speech.corpus import (
    RATE,
    SHIPPED,
    CorpusError,
    entries,
    read_audio,
    referenced,
    select,
)
from benchmarks.speech.normalise import Spoken, tokens


def ids(found):
    return [one.id for one in found]


def test_selection(corpus_folder):
    found = entries(corpus_folder)
    assert ids(select(found, category="nonspeech")) == ["noise"]
    assert ids(select(found, language="en", ids=["pair-1"])) == ["pair-1"]
    assert len(select(found)) == 5


@pytest.mark.parametrize("choice", [{"category": "opera"}, {"language": "fr", "category": "short"}])
def test_a_selection_that_is_empty(corpus_folder, choice):
    with pytest.raises(CorpusError, match="nothing matches"):
        select(entries(corpus_folder), **choice)


def test_an_id_that_is_not_there(corpus_folder):
    with pytest.raises(CorpusError, match="not in the corpus: pair-9"):
        select(entries(corpus_folder), ids=["pair-1", "pair-9"])


def test_words_end_where_the_sound_ends(corpus_folder):
    items = referenced(corpus_folder, select(entries(corpus_folder), ids=["pair-0"]))
    assert items[0].words == (Spoken("red", 0.2, 0.5), Spoken("fox", 0.6, 0.9))


def test_recordings_without_word_times_are_left_out_and_noise_is_not(corpus_folder):
    items = referenced(corpus_folder, select(entries(corpus_folder)))
    assert ids(items) == ["pair-0", "pair-1", "pair-2", "noise"]


def test_without_any_word_times_a_text_will_do(corpus_folder):
    chosen = select(entries(corpus_folder), ids=["untimed", "noise"])
    items = referenced(corpus_folder, chosen)
    assert [(item.id, item.words, item.text, item.timed) for item in items] == [
        ("untimed", (), "no times", False),
        ("noise", (), "", True),
    ]


def test_a_corpus_without_references(tmp_path, recording):
    recording(tmp_path, "unknown", None)
    with pytest.raises(CorpusError, match="none of the 1 recordings .* has a reference"):
        referenced(tmp_path, select(entries(tmp_path)))


@pytest.fixture
def sound(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(RATE, np.float32), RATE)
    soundfile.write(tmp_path / "b.flac", np.zeros(RATE, np.float32), RATE)
    return tmp_path


def test_a_folder_of_recordings_and_texts(sound):
    (sound / "a.txt").write_text("one")
    (sound / "b.txt").write_text("two")
    items = referenced(sound, select(entries(sound), language="en"))
    assert [(item.id, item.text, item.timed) for item in items] == [
        ("a", "one", False),
        ("b", "two", False),
    ]
    assert len(read_audio(items[0])) == len(read_audio(items[1])) == RATE


def test_a_folder_of_chapters(sound):
    (sound / "x.trans.txt").write_text("b TWO\n")
    assert ids(referenced(sound, entries(sound))) == ["b"]


def test_a_manifest_comes_first(sound, recording):
    (sound / "x.trans.txt").write_text("b TWO\n")
    recording(sound, "c", [{"w": "three", "start": 0.1, "end": 0.4}])
    assert ids(referenced(sound, entries(sound))) == ["c"]


def test_a_folder_of_nothing_we_know(tmp_path):
    with pytest.raises(CorpusError, match=r"manifest\.jsonl.*\.trans\.txt.*\.wav"):
        entries(tmp_path)


def test_no_folder(tmp_path):
    with pytest.raises(CorpusError, match="there is no such folder"):
        entries(tmp_path / "nowhere")


def test_broken_or_missing_words(corpus_folder):
    chosen = select(entries(corpus_folder), ids=["pair-0"])
    (corpus_folder / "pair-0.json").write_text("[]")
    with pytest.raises(CorpusError, match="holds no words"):
        referenced(corpus_folder, chosen)
    (corpus_folder / "pair-0.json").unlink()
    with pytest.raises(CorpusError, match="pair-0"):
        referenced(corpus_folder, chosen)


def test_audio_that_cannot_be_read(corpus_folder):
    items = referenced(corpus_folder, select(entries(corpus_folder), ids=["pair-0"]))
    items[0].path.write_bytes(b"not audio")
    with pytest.raises(CorpusError, match="cannot read"):
        read_audio(items[0])


def test_other_rates_are_resampled(tmp_path, recording):
    recording(tmp_path, "phone", [{"w": "hi", "start": 0.1, "end": 0.4}], seconds=2, rate=8_000)
    audio = read_audio(referenced(tmp_path, entries(tmp_path))[0])
    assert audio.dtype == np.float32
    assert len(audio) == 2 * RATE


def test_the_recording_that_ships_is_whole():
    (entry,) = entries(SHIPPED)
    (item,) = referenced(SHIPPED, [entry])
    audio = read_audio(item)
    assert len(audio) == 62.8 * RATE
    assert tokens(" ".join(word.text for word in item.words)) == tokens(entry.text)
    assert all(0 <= word.start < word.end <= 62.8 for word in item.words)
    assert item.path.stat().st_size < 2_000_000
