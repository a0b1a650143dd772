"""Plays the levels that the search asks for, one after the other. Prints and starts nothing."""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from benchmarks.capacity.search import Level, Plan, Tried, following
from benchmarks.capacity.slo import Slo
from benchmarks.capacity.verdict import Verdict, judge
from benchmarks.report.result import Run


class Attempt(Struct, frozen=True):
    """A level as it went. gone: nobody is there to play another one to."""

    run: Run
    gone: bool


def climb(
    plan: Plan, slo: Slo, seconds: Callable[[Level], float], play: Callable[[Level], Attempt]
) -> Iterator[tuple[Attempt, Verdict]]:
    """Each level as it was played, until the search has its answer or the target has gone."""
    told: list[Verdict] = []
    while (level := following(plan, tried(told))) is not None:
        attempt = play(level)
        told.append(judge(attempt.run, slo, level, seconds(level)))
        yield attempt, told[-1]
        if attempt.gone:
            return


def tried(verdicts: Sequence[Verdict]) -> Tried:
    """What the search is told of them."""
    return [(Level(one.streams, one.full), one.outcome) for one in verdicts]
