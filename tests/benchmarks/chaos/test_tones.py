"""Words as tones, heard again in any window."""

import numpy as np
import pytest

from benchmarks.chaos import tones
from benchmarks.chaos.tones import GAP, TONE
from inference.types import FRAME


def said(*numbers):
    quiet = np.zeros(GAP, np.int16)
    pieces = [part for number in numbers for part in (tones.tone(number), quiet)]
    return np.concatenate(pieces).astype(np.float32) / 32_768


def texts(words):
    return [word.text.strip() for word in words]


def test_every_word_is_heard_as_itself():
    audio = said(*range(tones.WORDS))
    assert texts(tones.heard(audio, 0)) == [tones.text(n) for n in range(tones.WORDS)]


def test_words_have_the_times_of_the_session():
    (word,) = tones.heard(said(5), 7 * FRAME)
    assert (word.start, word.end) == (7 * FRAME, 7 * FRAME + TONE)


@pytest.mark.parametrize("begin", [FRAME, 4 * FRAME])
@pytest.mark.parametrize("end", [2 * (TONE + GAP) - GAP - FRAME, 2 * (TONE + GAP) - GAP - 128])
def test_words_that_are_cut_off_are_not_heard(begin, end):
    audio = said(1, 2)[begin:end]
    assert tones.heard(audio, begin) == ()


def test_noise_is_no_word():
    noise = np.random.default_rng(1).standard_normal(16_000).astype(np.float32)
    assert tones.heard(noise * 0.01, 0) == ()
    assert tones.heard(noise * 0.5, 0) == ()
    assert tones.heard(noise[:0], 0) == ()
