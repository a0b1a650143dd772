"""How far word errors are apart, and how sure that is."""

import pytest

from benchmarks.whip.words import difference
from tests.benchmarks.made import score


def test_the_same_on_both_sides():
    sides = [[score(index) for index in range(4)] for _ in "ab"]
    assert difference(*sides) == (0.0, pytest.approx(3 / 2400 * 100))


def test_one_is_worse_whichever_it_is():
    good, bad = [score(wrong=0.05)], [score(wrong=0.1)]
    points, open_ = difference(good, bad)
    assert points == pytest.approx(5.0)
    assert difference(bad, good)[0] == points
    assert 0.5 < open_ < 5.0


def test_nothing_was_said():
    assert difference([], []) == (None, None)
