"""Lagging of utterances with known answers."""

import pytest
from msgspec.structs import replace

from benchmarks.figures.laal import laal
from benchmarks.figures.latency import latencies
from benchmarks.speech.streams import Turn


@pytest.mark.parametrize(
    ("delays", "reference", "expected"),
    [
        ([1.0, 2.0, 3.0, 4.0], 4, 1.0),  # each a second behind the ideal pace of one a second
        ([4.0, 4.0, 4.0, 4.0], 4, 4.0),  # all at the end: the first of them tells
        ([5.0, 6.0], 4, 5.0),  # all beyond the end
        ([1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5], 4, 1.0),  # saying more does not help
        ([2.0, 5.0, 5.0], 4, 3.0),  # what comes after the end does not count twice
    ],
)
def test_one_utterance_of_four_seconds(delays, reference, expected):
    assert laal(delays, 4.0, reference) == pytest.approx(expected)


def test_utterances_of_a_stream(write):
    log = write([("a", 1.0, 1.5), ("b", 1.6, 2.0), ("c", 6.0, 6.5), ("d", 6.6, 7.0)])
    turns = (Turn(1.0, 2.0, 2.0, 0, 2), Turn(6.0, 7.0, 7.0, 2, 3), Turn(9.0, 9.5, 9.5, 4, 4))
    log.log.stream = replace(log.log.stream, turns=turns)
    log.partial(1.6, "a", stable="a")
    log.final(2.2, "a b", seg=0)
    log.final(8.5, "c", seg=1)
    assert latencies(log.log).lagging == pytest.approx(((0.6 + 1.2 - 0.5) / 2, 2.5))
