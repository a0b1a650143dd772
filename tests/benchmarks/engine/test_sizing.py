"""Arithmetic with known answers."""

import pytest

from benchmarks.engine.sizing import DUTY, LIMIT, TALK, UTTERANCE, Cell, best, size

LOOKS = [Cell("look", 1, 10, 0.1), Cell("look", 4, 30, 0.4), Cell("look", 16, 50, LIMIT * 2)]


def test_the_quickest_of_those_that_are_short_enough():
    assert best(LOOKS, "look").batch == 4


def test_the_shortest_when_none_is_short_enough():
    slow = [Cell("look", 1, 1, 1.0), Cell("look", 4, 2, 2.0)]
    assert best(slow, "look").batch == 1


def test_what_was_not_measured():
    assert best(LOOKS, "final") is None
    assert size(LOOKS, "look", "final", 0.3) is None


def test_streams_by_hand():
    cells = [*LOOKS, Cell("final", 2, 5, 0.4)]
    found = size(cells, "look", "final", 0.5)
    # two looks a second at 30 a second, and a final every UTTERANCE at 5 a second
    busy = 2 / 30 + 1 / UTTERANCE / 5
    assert found.continuous == pytest.approx(DUTY / busy) == pytest.approx(7)
    assert found.conversational == pytest.approx(found.continuous / TALK)
    assert (found.look_batch, found.final_batch) == (4, 2)
