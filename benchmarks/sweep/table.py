"""The result of a sweep: every turn, and its points as rows. Plays nothing."""

from collections.abc import Iterator

from benchmarks.capacity.slo import Slo
from benchmarks.report.result import Result, title
from benchmarks.sweep.pareto import Costs, Tried, dominated
from benchmarks.sweep.turns import Turn

WORDS = ("settings", "mark")
HEADS = (
    "settings",
    "committed p50, s",
    "p95, s",
    "of repeats",
    "WER, %",
    "cores a stream",
    "mark",
)


class Sweep(Result, frozen=True):
    """turns: in the order they were played; some are missing until all points have had all
    `repeats`. tried: one for each point, in the grid's order.

    slack: points of WER that the winner may be behind the best. winner: None when none may win.
    """

    repeats: int
    turns: tuple[Turn, ...]
    slo: Slo | None
    slack: float
    tried: tuple[Tried, ...]
    winner: int | None


def heading(found: Sweep) -> str:
    return f"{len(found.tried)} points, winner: {_name(found)}. {title(found)}"


def rows(found: Sweep) -> list[tuple[str, ...]]:
    """HEADS, and a row for each point, the lowest committed p95 first, those without at the end."""
    beaten = dominated(found.tried)
    order = sorted(range(len(found.tried)), key=lambda n: _p95(found.tried[n]))
    return [HEADS, *(_row(found.tried[n], n == found.winner, n in beaten) for n in order)]


def last(found: Sweep) -> str:
    """How the last turn went."""
    turn = found.turns[-1]
    label = found.tried[turn.point].point.label
    if turn.run is None:
        return f"{label}: {_first_line(turn.error or '')}"
    run = found.runs[turn.run]
    if not run.valid:
        return f"{label}: INVALID: {_first_line(run.faults[0])}"
    p95 = "–" if run.figures.committed is None else f"{run.figures.committed.p95:.2f} s"
    return f"{label}: committed p95 {p95}"


def _row(one: Tried, won: bool, beaten: bool) -> tuple[str, ...]:
    spread = f"{one.p95s[0]:.2f} to {one.p95s[-1]:.2f}" if len(one.p95s) > 1 else "–"
    figures = _figures(one.costs, spread) if one.costs else ("–",) * 5
    return (one.point.label, *figures, ", ".join(_marks(one, won, beaten)))


def _figures(costs: Costs, spread: str) -> tuple[str, ...]:
    return (
        f"{costs.p50:.2f}",
        f"{costs.p95:.2f}",
        spread,
        f"{costs.wer:.1f}",
        f"{costs.cores:.2f}",
    )


def _marks(one: Tried, won: bool, beaten: bool) -> Iterator[str]:
    if won:
        yield "winner"
    if beaten:
        yield "dominated"
    if one.broken:
        yield f"outside: {'; '.join(map(str, one.broken))}"
    if one.failures:
        yield f"failed: {_first_line(one.failures[0])}"


def _first_line(said: str) -> str:
    """The rest is the end of a log, which the file has."""
    return said.partition("\n")[0]


def _p95(one: Tried) -> float:
    return one.costs.p95 if one.costs else float("inf")


def _name(found: Sweep) -> str:
    return "none" if found.winner is None else found.tried[found.winner].point.label
