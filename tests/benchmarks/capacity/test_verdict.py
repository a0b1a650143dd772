"""Runs with known figures against limits."""

from msgspec.structs import replace

from benchmarks.capacity.search import Level, Outcome
from benchmarks.capacity.slo import KINDS, parse
from benchmarks.capacity.verdict import Breach, figure, judge
from benchmarks.figures.metrics import LATE, Summary

FULL, PROBE = Level(1, full=True), Level(1, full=False)


def verdict(run, text, level=FULL):
    return judge(run, parse("made", text), level, 20.0)


def test_inside_every_bound(run):
    found = verdict(run, "committed.p95 = 0.5\nendings.p95 = 1.0\nwer = 50\nrewritten = 0")
    assert found.outcome is Outcome.PASSED
    assert found.broken == ()
    assert (found.streams, found.seconds, found.full) == (1, 20.0, True)


def test_each_broken_bound_is_named_with_value_and_limit(run):
    found = verdict(run, "committed.p95 = 0.4\nshown.p95 = 0.25\nwer = 10\nwer_over_offline = 1")
    assert found.outcome is Outcome.FAILED
    assert found.broken == (
        Breach("committed.p95", 0.4, 0.5),
        Breach("wer", 10.0, 50.0),
        Breach("wer_over_offline", 1.0, 50.0),
    )
    assert str(found.broken[1]) == "wer 50 (limit 10)"


def test_what_was_not_measured_is_not_inside(run):
    found = verdict(run, "lag_slope = 1")
    assert found.broken == (Breach("lag_slope", 1.0, None),)
    assert found.outcome is Outcome.FAILED
    assert str(found.broken[0]) == "lag_slope not measured (limit 1)"


def test_a_fifth_over_the_limit_is_narrow_and_more_is_not(run):
    assert verdict(run, "committed.p95 = 0.42").outcome is Outcome.NARROW
    assert verdict(run, "committed.p95 = 0.41").outcome is Outcome.FAILED
    assert verdict(run, "committed.p95 = 0.42\nwer = 10").outcome is Outcome.FAILED


def test_a_probe_is_not_held_to_rates(run):
    text = "committed.p95 = 0.5\nwer = 1\nwer_over_offline = 1\nlag_slope = 0\nerasure = 0"
    assert verdict(run, text, PROBE).outcome is Outcome.PASSED
    assert verdict(run, "committed.p95 = 0.1", PROBE).outcome is Outcome.FAILED
    assert verdict(run, "taken_back = 0\nmissed = 0", PROBE).broken == (Breach("missed", 0, 1),)


def test_a_run_with_a_fault_is_never_inside(run):
    failed = replace(run, valid=False, faults=("stream 0: lost", "the server ended"))
    found = verdict(failed, "committed.p95 = 9")
    assert found.broken == (Breach("faults", 0, 2),)
    assert found.outcome is Outcome.FAILED


def test_a_late_client_says_nothing_of_the_server(run):
    late = replace(run.figures, late=Summary(0.1, 0.5, 2 * LATE, 100))
    busy = replace(run, valid=False, faults=("the client was late",), figures=late)
    found = verdict(busy, "committed.p95 = 9")
    assert found.broken == (Breach("late.p99", LATE, 2 * LATE),)
    assert found.outcome is Outcome.NARROW
    lost = replace(busy, faults=("stream 0: lost", "the client was late"))
    assert verdict(lost, "committed.p95 = 9").outcome is Outcome.FAILED


def test_every_figure_can_be_read(run):
    for name, kind in KINDS.items():
        value = figure(run.figures, f"{name}.p99" if kind is Summary else name)
        assert value is None or isinstance(value, int | float)
