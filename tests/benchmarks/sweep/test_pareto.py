"""Dominance and the winner, with known answers."""

import pytest
from msgspec.structs import replace

from benchmarks.capacity.slo import parse
from benchmarks.capacity.verdict import Breach
from benchmarks.run.live import Played, judge
from benchmarks.run.machine import Usage
from benchmarks.sweep.grid import Point
from benchmarks.sweep.pareto import Costs, Tried, dominated, tried, winner

POINT = Point((("model.beam", 1),))


def made(p95, wer=5.0, cores=0.5, p50=1.0, failures=(), broken=()):
    return Tried(POINT, Costs(p50, p95, wer, cores), (p95,), failures, broken)


FAILED = Tried(POINT, None, (), ("the server ended with status 1",), ())


def test_dominated_is_who_is_beaten_in_something_and_wins_nothing():
    table = [
        made(2.0, wer=5.0),
        made(3.0, wer=5.0),  # slower than the first
        made(3.0, wer=4.0),  # slower, but more accurate
        made(2.0, wer=5.0),  # equal
        made(4.0, wer=6.0, cores=0.1),  # cheap
        made(4.0, wer=6.0, cores=0.2),
        FAILED,
    ]
    assert dominated(table) == {1, 5}
    assert dominated([]) == set()


def test_the_quickest_within_the_slack_wins():
    table = [made(1.0, wer=6.0), made(2.0, wer=5.4), made(3.0, wer=5.0)]
    assert winner(table, slack=0.5) == 1
    assert winner(table, slack=0.0) == 2
    assert winner(table, slack=1.0) == 0


def test_the_cheaper_of_two_that_are_as_quick():
    assert winner([made(2.00, cores=0.6), made(2.05, cores=0.4)], slack=0.5) == 1
    assert winner([made(2.00, cores=0.6), made(2.10, cores=0.4)], slack=0.5) == 0


def test_who_failed_or_broke_the_slo_takes_no_part():
    outside = made(1.0, wer=1.0, broken=(Breach("endings.p95", 1.0, 2.0),))
    shaky = made(1.0, wer=1.0, failures=("stream 0: lost",))
    assert winner([outside, shaky, made(3.0), FAILED], slack=0.5) == 2
    assert winner([outside, shaky, FAILED], slack=0.5) is None


@pytest.fixture
def run(write):
    def run(delay, cores=1.0, failure=None):
        log = write([("red", 0.5, 1.0), ("fox", 1.5, 2.0)])
        log.final(2.0 + delay, "red fox", end=2.0)
        log.log.failure = failure
        return judge(Played([log.log], Usage(1.0, 1.0, cores), None), {})

    return run


def test_repeats_are_made_one_by_the_median(run):
    found = tried(POINT, [run(3.0, 0.9), run(1.0, 0.5), run(1.5, 0.7)], [], None)
    assert found.costs == Costs(p50=1.5, p95=2.5, wer=0.0, cores=0.7)
    assert found.p95s == (2.0, 2.5, 4.0)
    assert found.eligible


def test_a_failed_repeat_counts_as_a_failure(run):
    found = tried(POINT, [run(1.0), run(9.0, failure="lost")], ["no start"], None)
    assert found.costs is not None and found.costs.p95 == 2.0
    assert found.failures == ("no start", "stream 0: lost")
    assert not found.eligible


def test_a_run_without_figures_is_a_failure(run):
    silent = replace(run(1.0), usage=None)
    found = tried(POINT, [silent], [], None)
    assert found.costs is None
    assert found.failures == ("nothing to measure with 1 streams",)


def test_every_repeat_must_be_inside_the_slo(run):
    slo = parse("made", "committed.p95 = 2.2")
    assert tried(POINT, [run(1.0), run(1.1)], [], slo).eligible
    found = tried(POINT, [run(1.0), run(2.0)], [], slo)
    assert found.broken == (Breach("committed.p95", 2.2, 3.0),)
    assert not found.eligible
