"""A run against an SLO: inside it, or which bounds it broke. Pure."""

from collections.abc import Iterator

from msgspec import Struct

from benchmarks.capacity.search import Level, Outcome
from benchmarks.capacity.slo import KINDS, Slo
from benchmarks.figures import metrics
from benchmarks.figures.metrics import Figures
from benchmarks.report.result import Run

NARROW = 0.2  # of the limit; two runs of one server seldom differ by more
LATENESS = "late.p99"


class Breach(Struct, frozen=True):
    """A bound that did not hold. value: None where the run gave no such figure."""

    bound: str
    limit: float
    value: float | None

    @property
    def narrow(self) -> bool:
        """Noise may have done it. A late client always may: it says nothing of the server."""
        if self.bound == LATENESS:
            return True
        return self.value is not None and self.value <= self.limit * (1 + NARROW)

    def __str__(self) -> str:
        value = "not measured" if self.value is None else f"{self.value:.4g}"
        return f"{self.bound} {value} (limit {self.limit:g})"


class Verdict(Struct, frozen=True):
    """How one level went. seconds: the length of its streams."""

    streams: int
    seconds: float
    full: bool
    outcome: Outcome
    broken: tuple[Breach, ...]


def judge(run: Run, slo: Slo, level: Level, seconds: float) -> Verdict:
    """A probe is too short for rates (word errors, slopes); it is held to percentiles and counts.

    Whatever the SLO says, a run must be valid: a failed stream is a breach like any other.
    """
    broken = tuple(breaches(run, slo, level.full))
    if not broken:
        outcome = Outcome.PASSED
    elif all(breach.narrow for breach in broken):
        outcome = Outcome.NARROW
    else:
        outcome = Outcome.FAILED
    return Verdict(level.streams, seconds, level.full, outcome, broken)


def breaches(run: Run, slo: Slo, full: bool = True) -> Iterator[Breach]:
    """`full` is False for a run too short to hold to rates."""
    late = figure(run.figures, LATENESS)
    if too_late := late is not None and late > metrics.LATE:
        yield Breach(LATENESS, metrics.LATE, late)
    if len(run.faults) > too_late:
        yield Breach("faults", 0, len(run.faults) - too_late)
    for bound, limit in slo.bounds.items():
        if not full and KINDS[bound.partition(".")[0]] is float:
            continue
        value = figure(run.figures, bound)
        if value is None or value > limit:
            yield Breach(bound, limit, value)


def figure(found: Figures, bound: str) -> float | None:
    """The value that a bound is about; None where the run has none."""
    match bound.partition("."):
        case ("wer", _, _):
            return wer(found)
        case ("wer_over_offline", _, _):
            offline = None if found.offline is None else found.offline.rate
            live = wer(found)
            return None if live is None or offline is None else live - offline * 100
        case (name, "", _):
            value: float | None = getattr(found, name)
            return value
        case (name, _, percentile):
            summary = getattr(found, name)
            return None if summary is None else getattr(summary, percentile)


def wer(found: Figures) -> float | None:
    """Word error rate of the finals in percent."""
    rate = found.errors.rate
    return None if rate is None else rate * 100
