"""Resamples against what is known without them."""

import math

import numpy as np
import pytest

from benchmarks.figures.metrics import summary
from benchmarks.report.blocks import Name
from benchmarks.report.bootstrap import (
    RESAMPLES,
    Percentile,
    Rate,
    interval,
    once,
    resamples,
    spread,
    student,
)


def names(count, speech="a"):
    return {Name(0, speech, piece): None for piece in range(count)}


@pytest.mark.parametrize(("q", "field"), [(0.5, "p50"), (0.95, "p95"), (0.99, "p99")])
def test_a_percentile_of_all_blocks_is_that_of_the_reports(q, field):
    values = np.random.default_rng(3).gamma(2, 1, (17, 13)).tolist()
    (found,) = Percentile(q, values).of(once(17))
    assert found == getattr(summary(value for block in values for value in block), field)


def test_a_block_drawn_twice_counts_twice():
    figure = Percentile(0.5, [[1.0], [2.0], [3.0]])
    assert figure.of(np.array([[1, 1, 1], [0, 0, 3], [2, 1, 0]])).tolist() == [2.0, 3.0, 1.0]


def test_nothing_drawn_is_no_number():
    assert math.isnan(Percentile(0.5, [[], [1.0]]).of(np.array([[2, 0]]))[0])
    assert math.isnan(Rate([(0, 0)]).of(once(1))[0])


def test_a_rate_is_a_sum_over_a_sum():
    assert Rate([(1, 10), (3, 10)]).of(np.array([[1, 1], [0, 2]])).tolist() == [0.2, 0.3]


def test_both_sides_draw_the_same_speech_alike():
    first, second = resamples(names(4), names(4))
    assert first.shape == (RESAMPLES, 4)
    assert (first.sum(axis=1) == 4).all()
    assert (first == second).all()


def test_other_speech_is_drawn_apart_and_every_time_the_same():
    first, second = resamples(names(4), names(4, "b"))
    assert (first != second).any()
    assert (resamples(names(4), names(4, "b"))[1] == second).all()


def test_the_interval_of_a_mean_is_as_wide_as_theory_says():
    blocks = np.random.default_rng(5).normal(10, 2, 400)
    rate = Rate([(value, 1) for value in blocks])
    counts, _ = resamples(names(400), names(400))
    low, high = interval(rate.of(counts))
    assert high - low == pytest.approx(2 * 1.96 * blocks.std() / 20, rel=0.1)


def test_no_interval_with_a_draw_that_is_no_number():
    assert interval(np.array([1.0, math.nan])) is None
    assert interval(np.array([])) is None


def test_the_spread_of_runs_is_students():
    # Means 2 and 5, pooled variance 1, four degrees of freedom: 3 ± 2.776 × √(2/3).
    low, high = spread([1.0, 2.0, 3.0], [4.0, 5.0, 6.0])
    assert (low, high) == pytest.approx((3 - 2.2666, 3 + 2.2666), abs=1e-3)


@pytest.mark.parametrize(("one", "other"), [([1.0], [2.0]), ([], [1.0, 2.0, 3.0]), ([], [])])
def test_too_few_runs_have_no_spread(one, other):
    assert spread(one, other) is None


@pytest.mark.parametrize(("freedom", "t"), [(1, 12.706), (10, 2.228), (12, 2.179), (30, 2.042)])
def test_student(freedom, t):
    assert student(freedom) == pytest.approx(t, abs=0.005)
