"""The search joined with levels that are made up, in place of played ones."""

from msgspec.structs import replace

from benchmarks.capacity.climb import Attempt, climb
from benchmarks.capacity.search import Outcome, Plan
from benchmarks.capacity.slo import parse
from benchmarks.figures.metrics import Summary

SLO = parse("made", "committed.p95 = 4.0")


def play(run, latency, gone=frozenset()):
    """Levels whose committed latency is `latency(streams)`; at `gone` the server goes away."""

    def played(level):
        p95 = latency(level.streams)
        figures = replace(run.figures, committed=Summary(p95, p95, p95, 9))
        return Attempt(replace(run, streams=level.streams, figures=figures), level.streams in gone)

    return played


def length(level):
    return 60.0 if level.full else 6.0


def test_each_level_is_judged_and_the_search_told(run):
    levels = list(climb(Plan(1, 8, probes=True), SLO, length, play(run, lambda n: 1.5 * n)))
    seen = [(one.streams, one.seconds, one.outcome) for _, one in levels]
    assert seen == [
        (1, 6.0, Outcome.PASSED),
        (2, 6.0, Outcome.PASSED),
        (4, 6.0, Outcome.FAILED),
        (3, 6.0, Outcome.NARROW),
        (3, 60.0, Outcome.NARROW),
        (3, 60.0, Outcome.NARROW),
        (2, 60.0, Outcome.PASSED),
    ]
    assert all(attempt.run.streams == one.streams for attempt, one in levels)


def test_it_ends_with_its_target(run):
    levels = list(climb(Plan(1, 8, probes=False), SLO, length, play(run, lambda n: 1.0, {2})))
    assert [one.streams for _, one in levels] == [1, 2]
    assert levels[-1][0].gone
