"""How far a figure may be off: resamples of blocks, and the spread of whole runs. Pure, seeded.

Words of one utterance come late or are wrong together, so they are drawn together (Efron and
Tibshirani, An Introduction to the Bootstrap, 1993, chapter 8).
"""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.report.blocks import Name

LEVEL = 0.95  # of every interval
RESAMPLES = 2000
SEED = 1

Counts = NDArray[np.int64]
"""How often each block was drawn, shape (resamples, blocks)."""


class Figure(Protocol):
    """A number that follows from blocks."""

    def of(self, counts: Counts) -> NDArray[np.float64]:
        """The figure of each resample, shape (resamples,); NaN where there is none."""


class Percentile:
    """By nearest rank, as in all reports. samples: those of each block."""

    def __init__(self, q: float, samples: Sequence[Sequence[float]]) -> None:
        values = np.array([value for block in samples for value in block], dtype=np.float64)
        owners = np.repeat(np.arange(len(samples)), [len(block) for block in samples])
        order = np.argsort(values, kind="stable")
        self._q, self._values, self._owners = q, values[order], owners[order]

    def of(self, counts: Counts) -> NDArray[np.float64]:
        return np.array([self._once(row) for row in counts])

    def _once(self, counts: NDArray[np.int64]) -> float:
        passed = np.cumsum(counts[self._owners])
        if not len(passed) or not passed[-1]:
            return math.nan
        return float(self._values[np.searchsorted(passed, math.ceil(self._q * passed[-1]))])


class Rate:
    """A sum over a sum, as wrong words over words. parts: (above, below) of each block."""

    def __init__(self, parts: Sequence[tuple[float, float]]) -> None:
        self._parts = np.array(parts, dtype=np.float64).reshape(-1, 2)

    def of(self, counts: Counts) -> NDArray[np.float64]:
        above, below = (counts @ self._parts).T
        found = np.full(len(above), np.nan)
        np.divide(above, below, out=found, where=below > 0)
        return found


def once(blocks: int) -> Counts:
    """Every block as it came: the figure itself."""
    return np.ones((1, blocks), dtype=np.int64)


def resamples(one: Mapping[Name, object], other: Mapping[Name, object]) -> tuple[Counts, Counts]:
    """Draws for two sides, given the blocks of each by name.

    The same names mean that both heard the same speech: then the same blocks are drawn for
    both, and what the speech does to both alike is no difference.
    """
    chance = np.random.default_rng(SEED)
    first = _drawn(chance, len(one))
    return first, first if list(one) == list(other) else _drawn(chance, len(other))


def interval(draws: NDArray[np.float64]) -> tuple[float, float] | None:
    """The middle LEVEL of the draws; None when one of them is no number."""
    if not len(draws) or not np.isfinite(draws).all():
        return None
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def spread(one: Sequence[float], other: Sequence[float]) -> tuple[float, float] | None:
    """Interval of mean(other) − mean(one), runs being the samples: Student's, equal variances.

    None with fewer than three runs in all, which have no spread to speak of.
    """
    freedom = len(one) + len(other) - 2
    if freedom < 1 or not one or not other:
        return None
    squares = sum((x - fmean(side)) ** 2 for side in (one, other) for x in side)
    error = math.sqrt(squares / freedom * (1 / len(one) + 1 / len(other)))
    middle = fmean(other) - fmean(one)
    return middle - student(freedom) * error, middle + student(freedom) * error


_STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)


def student(freedom: int) -> float:
    """Student's t for LEVEL, two-sided.

    Beyond the table by the expansion of Abramowitz and Stegun, 26.7.5, off by less than 0.005.
    """
    if freedom <= len(_STUDENT):
        return _STUDENT[freedom - 1]
    z = 1.95996
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return z + first / freedom + second / freedom**2


def _drawn(chance: np.random.Generator, blocks: int) -> Counts:
    return chance.multinomial(blocks, [1 / blocks] * blocks, size=RESAMPLES)
