"""Points of runs against the number of streams."""

import pytest
from msgspec.structs import replace

from benchmarks.report.curves import Point, curves, medians, points
from benchmarks.report.kinds import kinds
from benchmarks.run.machine import Usage
from tests.benchmarks import made


def curve(bound="", title=""):
    (found,) = [one for one in curves() if one.bound == bound and title in one.title]
    return found


def test_a_point_for_each_run():
    result = made.result((1, 2), faults=("lost",))
    found = points(curve("committed.p95"), kinds([result]))
    assert [(one.kind, one.streams, one.value, one.valid) for one in found] == [
        ("captionflow", run.streams, run.figures.committed.p95, run.valid) for run in result.runs
    ]
    assert [one.valid for one in found] == [True, False]


def test_word_errors_have_an_offline_line():
    found = points(curve("wer"), kinds([made.result(wrong=0.1)]))
    assert [(one.line, one.value) for one in found] == [("live", pytest.approx(10)), ("offline", 0)]


def test_figures_that_were_not_measured_have_no_point():
    run = replace(made.run(), usage=None)
    found = kinds([replace(made.result(), runs=(run,))])
    assert points(curve(title="Processor"), found) == []
    assert points(curve(title="Accelerator memory"), found) == []
    assert points(curve("forced.p50"), found) == []


def test_the_processor_counts_children_where_it_can():
    old, new = Usage(1.0, 2.0, 0.5), Usage(1.0, 2.0, 0.5, 0.75, 2048.0, 40.0)
    runs = tuple(replace(made.run(), usage=usage) for usage in (old, new))
    found = kinds([replace(made.result(), runs=runs)])
    assert [one.value for one in points(curve(title="Processor"), found)] == [0.5, 0.75]
    assert [one.value for one in points(curve(title="Accelerator busy"), found)] == [40.0]


def test_a_line_goes_through_the_median_of_repeats():
    repeats = [Point("a", "", 2, value, value < 9) for value in (1.0, 9.0, 2.0)]
    assert medians([*repeats, Point("b", "", 2, 5.0, True)]) == [
        Point("a", "", 2, 2.0, False),
        Point("b", "", 2, 5.0, True),
    ]
