"""Reading a folder, and saying what is wrong with it."""

import numpy as np
import pytest

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


def test_a_corpus_without_references(corpus_folder):
    with pytest.raises(CorpusError, match="has word times"):
        referenced(corpus_folder, select(entries(corpus_folder), ids=["untimed"]))


def test_no_manifest(tmp_path):
    with pytest.raises(CorpusError, match=r"manifest\.jsonl"):
        entries(tmp_path)


def test_a_broken_manifest(tmp_path):
    (tmp_path / "manifest.jsonl").write_text('{"id": 3}\n')
    with pytest.raises(CorpusError, match="not a manifest"):
        entries(tmp_path)


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
