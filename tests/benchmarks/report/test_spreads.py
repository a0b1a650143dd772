"""Raw samples thinned for charts."""

from itertools import pairwise

from msgspec.structs import replace

from benchmarks.report.kinds import Kind, kinds
from benchmarks.report.spreads import LAST, MOMENTS, STEPS, lags, words
from tests.benchmarks import made


def test_a_distribution_is_rising_and_holds_the_percentiles():
    result = made.result((2,))
    rows = [row for row in words(kinds([result]), 2) if row["line"] == "committed"]
    assert len(rows) == STEPS
    assert all(a["value"] <= b["value"] and a["share"] < b["share"] for a, b in pairwise(rows))
    below = [row["value"] for row in rows if row["share"] <= 0.5]
    above = [row["value"] for row in rows if row["share"] >= 0.5]
    assert below[-1] <= result.runs[0].figures.committed.p50 <= above[0]
    assert rows[-1]["share"] == LAST


def test_only_runs_of_that_many_streams_count():
    found = kinds([made.result((1, 2)), made.result((1,), settings={"target": "other"})])
    assert {row["kind"] for row in words(found, 2)} == {"captionflow"}
    assert {row["kind"] for row in words(found, 1)} == {"captionflow", "other"}
    assert words(found, 3) == []


def test_a_long_lag_is_thinned_and_keeps_its_worst_moments():
    kept = tuple((float(at), 9.0 if at == 777 else 1.0) for at in range(1000))
    run = replace(made.run(), scores=(made.watched(kept),))
    rows = lags(Kind("a", ()), run)
    assert MOMENTS / 2 < len(rows) <= MOMENTS
    assert [row["at"] for row in rows if row["lag"] == 9.0] == [777.0]


def test_without_a_kept_lag_there_is_none():
    assert lags(Kind("a", ()), made.run()) == []
