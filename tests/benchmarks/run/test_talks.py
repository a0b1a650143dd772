"""What is said: of a corpus or of tones, the same for the same seed."""

import pytest

from benchmarks.chaos.model import NAME
from benchmarks.run.talks import sections, talks
from benchmarks.speech.corpus import CorpusError


def test_of_a_corpus(corpus_folder):
    one, other = talks(None, corpus_folder, "short", 2, 12.0, 1)
    assert one.sources and other.sources and one.seconds <= 12.0
    again = talks("base", corpus_folder, "short", 2, 12.0, 1)
    assert [it.sources for it in again] == [one.sources, other.sources]


def test_of_tones(tmp_path):
    one, other = talks(NAME, tmp_path, None, 2, 5.0, 1)
    assert (one.index, other.index) == (0, 1) and one.words != other.words
    assert one.words[0].text == "w0" and one.seconds >= 5.0
    assert talks(NAME, tmp_path, None, 1, 5.0, 1)[0].words == one.words
    assert talks(NAME, tmp_path, None, 1, 5.0, 2)[0].words != one.words


def test_there_is_nothing(tmp_path):
    with pytest.raises(CorpusError):
        talks(None, tmp_path, None, 1, 12.0, 1)


def test_the_server_gets_the_model():
    assert sections(None) == {}
    assert sections("tiny.en") == {"model": {"name": "tiny.en"}}
    assert sections(NAME) == {"model": {"name": NAME, "workers": 1}}
