"""Talks: what is said is what has to be heard."""

import numpy as np
import pytest

from benchmarks.chaos import talk, tones
from benchmarks.chaos.talk import BYTES


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_the_audio_says_what_the_texts_say(name):
    made = talk.make(name, 40)
    heard = tones.heard(made.samples.astype(np.float32) / 32_768, 0)
    assert "".join(word.text for word in heard).split() == " ".join(made.texts).split()
    starts = {word.start for word in heard}
    assert all(one.start in starts for one in made.utterances)


def test_the_same_name_is_the_same_talk():
    assert talk.make("a", 5) == talk.make("a", 5)
    assert talk.make("a", 5).audio != talk.make("b", 5).audio


def test_whole_utterances_are_told_apart():
    """Those that a flush has split may have like second halves."""
    texts = talk.make("a", 600, flushing=False).texts
    assert len(set(texts)) == len(texts) > 200


def test_flushes_come_between_words():
    made = talk.make("a", 300)
    assert len(made.flushes) > 10
    for at in made.flushes:
        assert not any(one.start * BYTES <= at < one.end * BYTES for one in made.utterances)
    assert all(at < len(made.audio) for at in made.flushes)


def test_it_is_as_long_as_asked_for():
    assert len(talk.make("a", 30).samples) >= 30 * 16_000
