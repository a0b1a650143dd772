"""The full-context reference, with the smallest real weights."""

import pytest

from benchmarks.figures.accuracy import errors
from benchmarks.run.offline import Reference
from benchmarks.speech.corpus import SHIPPED, entries, referenced
from benchmarks.speech.normalise import tokens
from benchmarks.speech.streams import build, load
from inference.models import folder


@pytest.mark.slow
def test_the_recording_that_ships_is_understood():
    (stream,) = build(load(referenced(SHIPPED, entries(SHIPPED))), 1, 12.0, seed=1)
    text = Reference(folder("tiny.en"), "en").transcribe(stream)
    assert errors([token.text for token in stream.tokens], tokens(text)).rate < 0.25
