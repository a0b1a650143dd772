"""What may be compared with what, and what to know about it before reading on. Pure.

Ratios are `compare`'s; this pairs the runs of two sides and says how the sides differ.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from benchmarks.report import bootstrap, compare
from benchmarks.report.compare import Line
from benchmarks.report.kinds import streams, traits
from benchmarks.report.result import Result, Run

MUST = ("corpus",)  # traits that must be the same; the numbers of streams are the other rule
PLAYED = ("seconds", "seed", "warmup", "spread")  # settings that may differ, and are said to


class Incomparable(Exception):
    """The message says what is not the same on both sides."""


class Side(Struct, frozen=True):
    """Results of one kind, one run or several of the same, under the name they were given by."""

    name: str
    results: tuple[Result, ...]

    @property
    def runs(self) -> list[Run]:
        return [run for result in self.results for run in result.runs]


class Level(Struct, frozen=True):
    """The figures of runs with so many streams on either side; the same number unless forced."""

    streams: tuple[int, int]
    lines: tuple[Line, ...]


class Comparison(Struct, frozen=True):
    one: str
    other: str
    notes: tuple[str, ...]
    levels: tuple[Level, ...]


def compared(one: Side, other: Side, force: bool = False) -> Comparison:
    """`other` against `one`. Raises Incomparable, unless `force` makes notes of its reasons."""
    reasons = list(_reasons(one, other))
    if reasons and not force:
        raise Incomparable(f"{one.name} and {other.name}: {'; '.join(reasons)}")
    levels = tuple(_level(one, other, pair) for pair in _pairs(one, other))
    if not levels:
        raise Incomparable(f"{one.name} and {other.name}: one of them has no run at all")
    notes = (*(f"not the same: {reason}" for reason in reasons), *_notes(one, other, levels))
    return Comparison(one.name, other.name, notes, levels)


def _level(one: Side, other: Side, numbers: tuple[int, int]) -> Level:
    sides = zip((one, other), numbers, strict=True)
    runs = [[run for run in side.runs if run.streams == number] for side, number in sides]
    return Level(numbers, tuple(compare.lines(*runs)))


def _pairs(one: Side, other: Side) -> list[tuple[int, int]]:
    """Equal numbers of streams; when there are none, the sides' numbers in their order."""
    first, second = _numbers(one), _numbers(other)
    both = [(number, number) for number in first if number in second]
    return both or list(zip(first, second, strict=False))


def _numbers(side: Side) -> list[int]:
    return sorted({run.streams for run in side.runs})


def _reasons(one: Side, other: Side) -> Iterator[str]:
    for trait in MUST:
        played = sorted({traits(result)[trait] for side in (one, other) for result in side.results})
        if len(played) > 1:
            yield f"the {trait} differs ({' / '.join(played)})"
    if _numbers(one) != _numbers(other):
        numbers = (", ".join(map(str, _numbers(side))) or "none" for side in (one, other))
        yield f"the numbers of streams differ ({' / '.join(numbers)})"


def _notes(one: Side, other: Side, levels: Sequence[Level]) -> Iterator[str]:
    yield from _differences(one, other)
    for side in (one, other):
        yield from _invalid(side)
    if max(len(one.results), len(other.results)) == 1:
        yield (
            "one run a side: the intervals hold what the speech does, not how far two runs of "
            "one server differ; give three of each side to hold that too"
        )
    intervals = sum(line.low is not None for level in levels for line in level.lines)
    if intervals:
        chance = f"{1 - bootstrap.LEVEL:.0%}"
        yield (
            f"intervals at {bootstrap.LEVEL:.0%}: of {intervals} figures without any difference, "
            f"{chance} would still be said to differ, {intervals * (1 - bootstrap.LEVEL):.1f} here"
        )


def _differences(one: Side, other: Side) -> Iterator[str]:
    for name in traits(one.results[0]):
        if name not in MUST:
            yield from _said(name, *([traits(r)[name] for r in s.results] for s in (one, other)))
    for name in PLAYED:
        values = ([f"{getattr(r.settings, name):g}" for r in s.results] for s in (one, other))
        yield from _said(name, *values)


def _said(name: str, one: Sequence[str], other: Sequence[str]) -> Iterator[str]:
    if set(one) != set(other):
        sides = (", ".join(dict.fromkeys(value or "–" for value in side)) for side in (one, other))
        yield f"{name}: {' / '.join(sides)}"


def _invalid(side: Side) -> Iterator[str]:
    for run in side.runs:
        if not run.valid:
            yield f"INVALID: {side.name}, {streams(run.streams)}: {'; '.join(run.faults)}"
