"""Which figures are drawn against the number of streams, and their points. Pure; draws nothing."""

from collections.abc import Callable, Iterator, Sequence
from statistics import median

from msgspec import Struct

from benchmarks.figures.accuracy import Errors
from benchmarks.figures.metrics import Figures, Summary
from benchmarks.report.kinds import Kind
from benchmarks.report.result import Run

PERCENTILES = ("p50", "p95", "p99")
FLAT = 0.01  # seconds a second; slopes below are noise


class Curve(Struct, frozen=True):
    """A figure of runs. bound: what an SLO calls it, "" where none can bound it.

    also: a second figure in the same unit, drawn dashed; lines: what the two lines are called.
    least: how far the axis reaches at least, so that noise about 0 does not look like much.
    """

    group: str
    title: str
    unit: str
    of: Callable[[Run], float | None]
    bound: str = ""
    also: Callable[[Run], float | None] | None = None
    lines: tuple[str, str] = ("", "also")
    least: float = 0.0


class Point(Struct, frozen=True):
    """One run's value of a curve; `line` is which of the curve's lines it is on."""

    kind: str
    line: str
    streams: int
    value: float
    valid: bool


LATENCIES = (
    ("shown", "Word first shown"),
    ("committed", "Word committed"),
    ("endings", "End of speech to final"),
    ("forced", "Forced end of speech to final"),
)


def curves() -> list[Curve]:
    """All that are drawn, in the order they are read."""
    return [
        *(_percentile(*each, p) for each in LATENCIES for p in PERCENTILES),
        Curve(
            "Accuracy",
            "Word error rate, offline dashed",
            "%",
            lambda run: _percent(run.figures.errors),
            "wer",
            lambda run: _percent(run.figures.offline),
            ("live", "offline"),
        ),
        Curve(
            "Steadiness",
            "Normalised erasure",
            "retracted / final words",
            lambda run: run.figures.erasure,
            "erasure",
        ),
        Curve(
            "Steadiness",
            "Lag slope, worst stream",
            "seconds a second",
            lambda run: run.figures.lag_slope,
            "lag_slope",
            least=FLAT,
        ),
        Curve("Server", "Processor", "cores, mean", cores),
        Curve("Server", "Memory, with children", "MiB, peak", memory),
        Curve(
            "Server",
            "Accelerator memory",
            "MiB, whole machine",
            _accelerator("gpu_memory"),
        ),
        Curve("Server", "Accelerator busy", "%, mean", _accelerator("gpu_busy")),
    ]


def points(curve: Curve, kinds: Sequence[Kind]) -> list[Point]:
    """Of each run that has the figure."""
    return [point for kind in kinds for run in kind.runs for point in _points(curve, kind, run)]


def medians(found: Sequence[Point]) -> list[Point]:
    """What a line goes through: one point for each kind, line and number of streams."""
    groups: dict[tuple[str, str, int], list[Point]] = {}
    for point in found:
        groups.setdefault((point.kind, point.line, point.streams), []).append(point)
    return [
        Point(*key, median(point.value for point in group), all(point.valid for point in group))
        for key, group in groups.items()
    ]


def cores(run: Run) -> float | None:
    """Of the server with its children, where that was measured."""
    if run.usage is None:
        return None
    whole = run.usage.cores_with_children
    return run.usage.cores if whole is None else whole


def memory(run: Run) -> float | None:
    return None if run.usage is None else run.usage.rss_with_children


def _percentile(measure: str, title: str, percentile: str) -> Curve:
    def of(run: Run) -> float | None:
        found = _summary(run.figures, measure)
        value: float | None = None if found is None else getattr(found, percentile)
        return value

    return Curve(title, f"{title}, {percentile}", "seconds", of, f"{measure}.{percentile}")


def _summary(figures: Figures, measure: str) -> Summary | None:
    found: Summary | None = getattr(figures, measure)
    return found


def _points(curve: Curve, kind: Kind, run: Run) -> Iterator[Point]:
    for line, of in zip(curve.lines, (curve.of, curve.also), strict=True):
        value = of(run) if of else None
        if value is not None:
            yield Point(kind.name, line, run.streams, value, run.valid)


def _percent(found: Errors | None) -> float | None:
    return None if found is None or found.rate is None else found.rate * 100


def _accelerator(name: str) -> Callable[[Run], float | None]:
    def of(run: Run) -> float | None:
        value: float | None = getattr(run.usage, name, None)
        return value

    return of
