"""Which number of streams to try next. Pure: told how the levels went; plays none.

Assumes what is true of servers but for noise: what carries N streams carries fewer, too.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from msgspec import Struct


class Outcome(Enum):
    """NARROW: failed, but by so little that noise may have done it."""

    PASSED = "passed"
    NARROW = "narrow"
    FAILED = "failed"


class Level(Struct, frozen=True):
    """A number of streams, played for the full length or as a short probe."""

    streams: int
    full: bool


class Plan(Struct, frozen=True):
    """start: the first number tried. most: the largest. probes: short levels go ahead."""

    start: int
    most: int
    probes: bool


Tried = Sequence[tuple[Level, Outcome]]
"""All levels in the order they were played."""


class _Known(NamedTuple):
    """inside: largest number ruled in. outside: smallest ruled out. hinted: largest below it
    that was not ruled out when it was tried."""

    inside: int
    hinted: int
    outside: int


def following(plan: Plan, tried: Tried) -> Level | None:
    """The next level to play; None when nothing is left to find out.

    Doubles until a level fails, then halves the gap. With probes both are done by short levels:
    one that clearly fails rules its number out, none rules a number in. What they leave is then
    played for the full length, and less, where that fails. A full level that failed narrowly is
    played once more, and the second time counts.
    """
    believed = _believed(tried)
    for level, outcome in believed.items():
        if level.full and outcome is Outcome.NARROW:
            return level
    known = _known(plan, believed)
    if known.outside - known.inside <= 1:
        return None
    fulls = [level for level in believed if level.full]
    if not plan.probes:
        return Level(_between(plan, known.inside, known.outside), full=True)
    if fulls:
        return Level(_below(known, len(fulls)), full=True)
    if known.outside - known.hinted <= 1:
        return Level(known.hinted, full=True)
    return Level(_between(plan, known.hinted, known.outside), full=False)


def capacity(plan: Plan, tried: Tried) -> int:
    """The largest number that was ruled in so far; 0 for none."""
    return _known(plan, _believed(tried)).inside


def _believed(tried: Tried) -> dict[Level, Outcome]:
    """What to make of each level; NARROW for a full one that has to be played again."""
    found: dict[Level, Outcome] = {}
    for level, outcome in tried:
        again = level.full and level in found
        found[level] = Outcome.FAILED if again and outcome is Outcome.NARROW else outcome
    return found


def _known(plan: Plan, believed: Mapping[Level, Outcome]) -> _Known:
    inside = [n.streams for n, out in believed.items() if n.full and out is Outcome.PASSED]
    failed = [n.streams for n, out in believed.items() if out is Outcome.FAILED]
    outside = min(failed, default=plan.most + 1)
    hinted = [n.streams for n in believed if n.streams < outside]
    return _Known(max(inside, default=0), max(hinted, default=0), outside)


def _between(plan: Plan, reached: int, outside: int) -> int:
    """A number over `reached` and under `outside`, further up while nothing has failed."""
    if outside <= plan.most:
        return (reached + outside) // 2
    return min(2 * reached, plan.most) if reached else min(plan.start, plan.most)


def _below(known: _Known, fulls: int) -> int:
    """Where to go after a full level failed that the probes had left: down in growing steps, for
    probes are seldom far off; then halving the gap."""
    if known.inside:
        return (known.inside + known.outside) // 2
    return max(1, known.outside - (1 << fulls - 1))
