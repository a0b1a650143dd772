"""A comparison as rows of words, for a terminal and for a README. Computes nothing."""

from rich.table import Table

from benchmarks.report import bootstrap, cells
from benchmarks.report.compare import Line
from benchmarks.report.kinds import streams
from benchmarks.report.sides import Comparison, Level

WORDS = ("figure", "verdict")  # columns that may wrap


def rows(level: Level) -> list[tuple[str, ...]]:
    """Heads, then a row for each figure."""
    heads = ("figure", "A", "B", "change", f"{bootstrap.LEVEL:.0%} interval", "verdict")
    return [heads, *(_row(line) for line in level.lines)]


def table(found: Comparison, level: Level) -> Table:
    """The rows for a terminal."""
    return cells.table(title(found, level), rows(level), WORDS)


def markdown(found: Comparison) -> str:
    """All levels and notes for a README."""
    tables = (cells.markdown(title(found, level), rows(level), WORDS) for level in found.levels)
    return "\n".join([*tables, *(f"- {note}" for note in found.notes)]) + "\n"


def title(found: Comparison, level: Level) -> str:
    one, other = level.streams
    numbers = streams(one) + (f" against {other}" if one != other else "")
    return f"{numbers}; A: {found.one}, B: {found.other}"


def _row(line: Line) -> tuple[str, ...]:
    name = f"{line.what.name}, {line.what.unit}" if line.what.unit else line.what.name
    sides = (_side(line.one, line.one_runs), _side(line.other, line.other_runs))
    interval = "–"
    if line.low is not None and line.high is not None:
        interval = f"{_bound(line, line.low)} to {_bound(line, line.high)}"
    return (name, *sides, _change(line), interval, line.verdict)


def _side(value: float | None, runs: tuple[float, ...]) -> str:
    if value is None:
        return "–"
    around = f" ({_number(min(runs))}–{_number(max(runs))})" if len(runs) > 1 else ""
    return _number(value) + around


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}"


def _change(line: Line) -> str:
    if line.change is None:
        return "–"
    return ("× " if line.what.way == "ratio" else "") + _bound(line, line.change)


def _bound(line: Line, value: float) -> str:
    return f"{value:.2f}" if line.what.way == "ratio" else f"{value:+.2f}"
