"""Which settings are worth having: figures of each point, dominated ones, the winner. Pure."""

from collections.abc import Sequence
from statistics import median

from msgspec import Struct

from benchmarks.capacity.slo import Slo
from benchmarks.capacity.verdict import Breach, breaches, wer
from benchmarks.report.result import Run
from benchmarks.sweep.grid import Point

TIE = 0.03  # of the lowest latency; nobody can tell, and a repeat would decide otherwise


class Costs(Struct, frozen=True):
    """What a point gives and takes; lower is better in all. Medians over its repeats.

    p50, p95: committed, seconds. wer: percent. cores: of the server, for each stream.
    """

    p50: float
    p95: float
    wer: float
    cores: float


class Tried(Struct, frozen=True):
    """One point after its repeats.

    costs: None when there were figures in no repeat. p95s: of each repeat, lowest first.
    failures: why a repeat does not count. broken: bounds of the SLO, by any repeat.
    """

    point: Point
    costs: Costs | None
    p95s: tuple[float, ...]
    failures: tuple[str, ...]
    broken: tuple[Breach, ...]

    @property
    def eligible(self) -> bool:
        return self.costs is not None and not self.failures and not self.broken


def tried(point: Point, runs: Sequence[Run], errors: Sequence[str], slo: Slo | None) -> Tried:
    """A point's valid runs made one. `errors`: of repeats that gave no run."""
    found = [one for run in runs if run.valid and (one := _costs(run))]
    silent = [f"nothing to measure with {run.streams} streams" for run in runs if not _costs(run)]
    faults = [fault for run in runs for fault in run.faults]
    broken = [breach for run in runs if slo and run.valid for breach in breaches(run, slo)]
    return Tried(
        point,
        _middle(found) if found else None,
        tuple(sorted(one.p95 for one in found)),
        (*errors, *(faults or silent)),
        tuple(broken),
    )


def dominated(points: Sequence[Tried]) -> set[int]:
    """Indexes of those that another point beats in something and loses to in nothing."""
    return {
        index
        for index, one in enumerate(points)
        if one.costs and any(_better(other.costs, one.costs) for other in points if other.costs)
    }


def winner(points: Sequence[Tried], slack: float) -> int | None:
    """The point with the lowest committed p95 whose WER is at most `slack` points over the best.

    Only points that never failed and never broke the SLO take part. Latencies within TIE of the
    lowest are a tie, and the fewest cores decide it. None when no point takes part.
    """
    eligible = [(n, one.costs) for n, one in enumerate(points) if one.eligible and one.costs]
    if not eligible:
        return None
    best = min(costs.wer for _, costs in eligible)
    accurate = [(n, costs) for n, costs in eligible if costs.wer <= best + slack]
    quickest = min(costs.p95 for _, costs in accurate)
    tied = [(n, costs) for n, costs in accurate if costs.p95 <= quickest * (1 + TIE)]
    return min(tied, key=lambda one: (one[1].cores, one[1].p95))[0]


def _costs(run: Run) -> Costs | None:
    latency, rate = run.figures.committed, wer(run.figures)
    if latency is None or rate is None or run.usage is None:
        return None
    return Costs(latency.p50, latency.p95, rate, run.usage.cores / run.streams)


def _middle(found: Sequence[Costs]) -> Costs:
    return Costs(
        median(one.p50 for one in found),
        median(one.p95 for one in found),
        median(one.wer for one in found),
        median(one.cores for one in found),
    )


def _better(one: Costs, other: Costs) -> bool:
    pairs = list(zip(_numbers(one), _numbers(other), strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def _numbers(costs: Costs) -> tuple[float, ...]:
    return (costs.p50, costs.p95, costs.wer, costs.cores)
