"""The result of a search: the answer and every level on the way to it, as rows. Plays nothing."""

from collections.abc import Sequence

from benchmarks.capacity.climb import tried
from benchmarks.capacity.search import Plan, capacity
from benchmarks.capacity.slo import Slo
from benchmarks.capacity.verdict import Verdict, figure
from benchmarks.report.result import Result, Run, title

WORDS = ("verdict",)
FIGURES = (
    ("committed p95, s", "committed.p95", 2),
    ("ending p95, s", "endings.p95", 2),
    ("WER, %", "wer", 1),
    ("over offline", "wer_over_offline", 1),
    ("lag, s/s", "lag_slope", 4),
)
HEADS = ("streams", "min", *(head for head, _, _ in FIGURES), "cores", "verdict")


class Capacity(Result, frozen=True):
    """verdicts: one for each of the runs, in the order they were played. streams: the answer, 0
    for none. complete: the search came to its end."""

    plan: Plan
    slo: Slo
    verdicts: tuple[Verdict, ...]
    streams: int
    complete: bool


def answer(plan: Plan, verdicts: Sequence[Verdict]) -> int:
    return capacity(plan, tried(verdicts))


def said(found: Capacity) -> str:
    """The answer in a sentence."""
    if not found.complete:
        return f"the search ended early; inside {found.slo.name} so far: {counted(found.streams)}"
    if found.streams == 0:
        return f"no number of streams is inside {found.slo.name}"
    more = " and maybe more, which --max kept from being tried"
    return (
        f"{counted(found.streams)} inside {found.slo.name}"
        f"{more * (found.streams == found.plan.most)}"
    )


def rows(found: Capacity) -> list[tuple[str, ...]]:
    """HEADS, and a row for each level, the fewest streams first."""
    levels = sorted(
        zip(found.runs, found.verdicts, strict=True),
        key=lambda one: (one[1].streams, one[1].seconds),
    )
    return [HEADS, *(_row(run, verdict) for run, verdict in levels)]


def heading(found: Capacity) -> str:
    return f"{said(found)}. {title(found)}"


def named(verdict: Verdict) -> str:
    """A level in words, but for its number of streams."""
    return f"{_minutes(verdict)} min{'' if verdict.full else ', probe'}"


def outcome(verdict: Verdict) -> str:
    """How it went, and the bounds that it broke, with value and limit."""
    broken = "; ".join(str(breach) for breach in verdict.broken)
    return f"{verdict.outcome.value}{': ' * bool(broken)}{broken}"


def _row(run: Run, verdict: Verdict) -> tuple[str, ...]:
    cores = "–" if run.usage is None else f"{run.usage.cores:.2f}"
    figures = (_number(figure(run.figures, bound), digits) for _, bound, digits in FIGURES)
    broken = ", ".join(breach.bound for breach in verdict.broken)
    said = [*([] if verdict.full else ["probe"]), verdict.outcome.value, *([broken] * bool(broken))]
    return (str(verdict.streams), _minutes(verdict), *figures, cores, ": ".join(said))


def _minutes(verdict: Verdict) -> str:
    return f"{verdict.seconds / 60:.3g}"


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def counted(count: int) -> str:
    """A number of streams in words."""
    return f"{count} stream{'s' * (count != 1)}"
