"""Differences that are there are found; luck is not."""

import pytest
from msgspec.structs import replace

from benchmarks.report.compare import SAME, UNKNOWN, lines
from tests.benchmarks import made


def found(one, other):
    return {line.what.name: line for line in lines(one, other)}


def test_a_run_does_not_differ_from_itself():
    by_name = found([made.run(4)], [made.run(4)])
    told = [line for line in by_name.values() if line.low is not None]
    assert {line.verdict for line in told} == {SAME}
    assert {line.what.name for line in told} >= {"word committed p50", "WER of the finals"}
    assert {line.change for line in told if line.what.way == "ratio"} == {1.0}


def test_luck_is_not_read_as_progress():
    verdicts = [
        line.verdict
        for luck in range(2, 12)
        for name, line in found([made.run(2)], [made.run(2, luck=luck)]).items()
        if name in ("word committed p50", "word committed p95")
    ]
    assert verdicts.count(SAME) >= 17  # of 20 that do not differ, one is expected to seem to


@pytest.mark.parametrize(("slower", "verdict"), [(0.8, "faster"), (1.25, "slower")])
def test_a_real_shift_is_found_through_the_luck(slower, verdict):
    by_name = found([made.run(4)], [made.run(4, luck=2, slower=slower)])
    for name in ("word first shown p50", "word committed p50", "word committed p95"):
        line = by_name[name]
        assert line.verdict == verdict
        assert line.low < slower < line.high
        assert line.change == pytest.approx(slower, rel=0.1)


def test_the_same_speech_is_compared_block_by_block():
    same = found([made.run(2)], [made.run(2, luck=2)])["word committed p50"]
    other = found([made.run(2)], [made.run(2, luck=2, speech=2)])["word committed p50"]
    assert same.high - same.low < other.high - other.low


def test_word_errors_are_a_difference_in_points():
    line = found([made.run(2, wrong=0.2)], [made.run(2, wrong=0.1)])["WER of the finals"]
    assert (line.one, line.other, line.change) == pytest.approx((20, 10, -10))
    assert line.low <= line.change <= line.high < 0
    assert line.verdict == "fewer errors"


def test_percentiles_beyond_the_samples_are_not_told():
    by_name = found([made.run()], [made.run(slower=3.0)])
    line = by_name["end of speech to final p99"]  # of 20 endings
    assert line.change > 1
    assert (line.low, line.high, line.verdict) == (None, None, UNKNOWN)


def test_what_runs_have_as_a_whole_needs_several():
    one = found([made.run(cores=0.5)], [made.run(cores=0.4)])["server processor"]
    assert (one.change, one.verdict) == (pytest.approx(0.8), UNKNOWN)
    sides = [[made.run(cores=base + k / 100) for k in range(3)] for base in (0.5, 0.4)]
    several = found(*sides)["server processor"]
    assert several.verdict == "less"
    assert several.low < several.change < several.high < 1
    assert several.one_runs == (0.5, 0.51, 0.52)


def test_runs_that_differ_among_themselves_widen_the_interval():
    steady = [made.run(4, luck=luck) for luck in (1, 2, 3)]
    before = [made.run(4, luck=luck, slower=s) for luck, s in ((1, 0.7), (2, 1.0), (3, 1.4))]
    after = [made.run(4, luck=luck, slower=s) for luck, s in ((4, 0.6), (5, 0.9), (6, 1.3))]
    line = found(before, after)["word committed p50"]
    assert line.verdict == SAME
    calm = found(steady, [made.run(4, luck=luck, slower=0.9) for luck in (4, 5, 6)])
    assert calm["word committed p50"].verdict == "faster"


def test_no_ratio_where_a_latency_is_below_zero():
    run = made.run(2)
    early = [
        replace(score, latencies=replace(score.latencies, shown=tuple(-1.0 for _ in range(600))))
        for score in run.scores
    ]
    line = found([run], [replace(run, scores=tuple(early))])["word first shown p50"]
    assert (line.other, line.change, line.verdict) == (-1.0, None, UNKNOWN)


def test_figures_that_no_run_has_are_left_out():
    assert "forced end to final p50" not in found([made.run()], [made.run()])
