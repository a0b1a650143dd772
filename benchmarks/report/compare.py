"""Whether one side is faster than another, or only lucky. Pure; prints nothing.

A side is one or several results of one kind. Each figure's ratio (for word errors: difference)
comes with an interval, and only an interval without 1 (0) is called a difference.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from statistics import fmean
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from benchmarks.figures.metrics import StreamScore
from benchmarks.report import blocks, bootstrap, curves
from benchmarks.report.blocks import Name
from benchmarks.report.bootstrap import Figure, Percentile, Rate
from benchmarks.report.result import Run

FEWEST = 5  # blocks to draw from, and samples beyond a percentile, for an interval to mean much
SAME, UNKNOWN = "no difference seen", "too few to tell"

Way = Literal["ratio", "difference"]


class Quantity(Struct, frozen=True):
    """What a figure is, and what to call less and more of it."""

    name: str
    unit: str
    way: Way
    less: str
    more: str


class Line(Struct, frozen=True):
    """A figure of both sides. runs: the same of each run by itself, when there are several.

    change: other / one, or other − one; low and high are its interval at `bootstrap.LEVEL`.
    """

    what: Quantity
    one: float | None
    other: float | None
    one_runs: tuple[float, ...]
    other_runs: tuple[float, ...]
    change: float | None
    low: float | None
    high: float | None
    verdict: str


MEASURES: tuple[tuple[str, Callable[[StreamScore], Sequence[float]]], ...] = (
    ("word first shown", lambda score: score.latencies.shown),
    ("word committed", lambda score: score.latencies.committed),
    ("end of speech to final", lambda score: score.latencies.endings),
    ("forced end to final", lambda score: score.latencies.forced),
)
PERCENTILES = (0.50, 0.95, 0.99)


def lines(one: Sequence[Run], other: Sequence[Run]) -> list[Line]:
    """A line for each figure that either side has; runs of one number of streams."""
    found = [*_latencies(one, other), *_words(one, other), *_usage(one, other)]
    return [line for line in found if line.one is not None or line.other is not None]


def _latencies(one: Sequence[Run], other: Sequence[Run]) -> Iterator[Line]:
    for name, of in MEASURES:
        for q in PERCENTILES:
            what = Quantity(f"{name} p{q * 100:.0f}", "s", "ratio", "faster", "slower")
            yield _line(what, one, other, partial(_percentile, of=of, q=q))


def _words(one: Sequence[Run], other: Sequence[Run]) -> Iterator[Line]:
    wer = Quantity("WER of the finals", "%", "difference", "fewer errors", "more errors")
    yield _line(wer, one, other, lambda runs: _rate(blocks.wrong_words(runs), 100))
    erasure = Quantity("normalised erasure", "", "ratio", "less", "more")
    yield _line(erasure, one, other, lambda runs: _rate(blocks.retractions(runs), 1))


def _usage(one: Sequence[Run], other: Sequence[Run]) -> Iterator[Line]:
    cores = Quantity("server processor", "cores", "ratio", "less", "more")
    yield _whole(cores, *(_known(map(curves.cores, side)) for side in (one, other)))
    memory = Quantity("server memory with children", "MiB", "ratio", "less", "more")
    yield _whole(memory, *(_known(map(curves.memory, side)) for side in (one, other)))


class _Drawable(Struct, frozen=True):
    """A figure over blocks. names: of the blocks; tell: enough of them for an interval."""

    names: Mapping[Name, object]
    figure: Figure
    tell: bool

    @property
    def value(self) -> float | None:
        found = float(self.figure.of(bootstrap.once(len(self.names)))[0])
        return None if math.isnan(found) else found


def _percentile(
    runs: Sequence[Run], of: Callable[[StreamScore], Sequence[float]], q: float
) -> _Drawable:
    found = blocks.samples(runs, of)
    beyond = sum(len(block) for block in found.values()) * (1 - q)
    tell = beyond >= FEWEST and sum(map(bool, found.values())) >= FEWEST
    return _Drawable(found, Percentile(q, list(found.values())), tell)


def _rate(parts: Mapping[Name, tuple[int, int]], scale: float) -> _Drawable:
    figure = Rate([(above * scale, below) for above, below in parts.values()])
    return _Drawable(parts, figure, len(parts) >= FEWEST)


def _line(
    what: Quantity,
    one: Sequence[Run],
    other: Sequence[Run],
    make: Callable[[Sequence[Run]], _Drawable],
) -> Line:
    sides = make(one), make(other)
    runs = tuple(_each(side, make) for side in (one, other))
    drawn = _drawn(what, *sides) if all(side.tell for side in sides) else None
    return _judged(what, sides[0].value, sides[1].value, runs[0], runs[1], drawn)


def _each(runs: Sequence[Run], make: Callable[[Sequence[Run]], _Drawable]) -> tuple[float, ...]:
    return tuple(_known(make([run]).value for run in runs))


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _whole(what: Quantity, one: Sequence[float], other: Sequence[float]) -> Line:
    """A figure that only whole runs have."""
    first, second = (fmean(side) if side else None for side in (one, other))
    return _judged(what, first, second, tuple(one), tuple(other), None)


def _drawn(what: Quantity, one: _Drawable, other: _Drawable) -> tuple[float, float] | None:
    first, second = bootstrap.resamples(one.names, other.names)
    before, after = one.figure.of(first), other.figure.of(second)
    return bootstrap.interval(_changes(what.way, before, after))


def _changes(way: Way, one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    if way == "difference":
        return other - one
    positive = (one > 0) & (other > 0)  # a word guessed before it was spoken has no ratio
    found = np.full(len(one), np.nan)
    np.divide(other, one, out=found, where=positive)
    return found


def _judged(
    what: Quantity,
    one: float | None,
    other: float | None,
    one_runs: tuple[float, ...],
    other_runs: tuple[float, ...],
    drawn: tuple[float, float] | None,
) -> Line:
    found = [each for each in (drawn, _between(what.way, one_runs, other_runs)) if each]
    low = min((each[0] for each in found), default=None)
    high = max((each[1] for each in found), default=None)
    verdict = _verdict(what, low, high)
    change = _change(what.way, one, other)
    return Line(what, one, other, one_runs, other_runs, change, low, high, verdict)


def _change(way: Way, one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return None
    change = float(_changes(way, np.array([one]), np.array([other]))[0])
    return None if math.isnan(change) else change


def _between(way: Way, one: Sequence[float], other: Sequence[float]) -> tuple[float, float] | None:
    """The interval that runs as a whole give; ratios are differences of logarithms."""
    if way == "difference":
        return bootstrap.spread(one, other)
    if min((*one, *other), default=0.0) <= 0:
        return None
    found = bootstrap.spread(*([math.log(value) for value in side] for side in (one, other)))
    return found and (math.exp(found[0]), math.exp(found[1]))


def _verdict(what: Quantity, low: float | None, high: float | None) -> str:
    same = 1.0 if what.way == "ratio" else 0.0
    if low is None or high is None:
        return UNKNOWN
    if low > same:
        return what.more
    return what.less if high < same else SAME
