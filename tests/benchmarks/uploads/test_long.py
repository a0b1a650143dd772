import numpy as np
import pytest
import soundfile

from benchmarks.speech import corpus, streams
from benchmarks.speech.corpus import RATE, SHIPPED
from benchmarks.uploads.long import made


def test_the_talk_again_and_again_until_the_time_is_full(tmp_path):
    said = streams.load(corpus.referenced(SHIPPED, corpus.entries(SHIPPED)))
    (part,) = streams.build(said, 1, 20.0, 1)
    long = made(tmp_path, part, 50.0)
    samples, rate = soundfile.read(long.path, dtype="int16")
    once, _ = soundfile.read(long.part, dtype="int16")
    assert np.array_equal(once, part.samples)
    times = len(samples) // len(part.samples)
    assert rate == RATE and times * part.seconds >= 50 > (times - 1) * part.seconds
    assert np.array_equal(samples, np.tile(part.samples, times))
    assert long.seconds == pytest.approx(len(samples) / RATE)
    assert long.reference == tuple(token.text for token in part.tokens) * times
