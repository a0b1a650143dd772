"""Figures and what each must reach: for benchmarks whose answer is yes or no. Measures nothing.

One file for each run, with its settings and raw samples, and a table of what was reached.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from benchmarks.figures.metrics import summary
from benchmarks.run.machine import Machine


class Figure(Struct, frozen=True):
    """most: what the value may be at most; None: it is told for information.

    value: None when nothing was measured, which reaches nothing.
    """

    name: str
    value: float | None
    unit: str
    most: float | None = None

    @property
    def missed(self) -> bool:
        return self.most is not None and (self.value is None or self.value > self.most)


class Outcome(Struct, frozen=True):
    """What a command knows at its end.

    command: does it again. faults: what went wrong, each in a line; with any, the run has failed.
    samples: what the figures were computed from, by name.
    """

    kind: str
    began: str
    machine: Machine
    command: str
    settings: dict[str, Any]
    figures: tuple[Figure, ...]
    samples: dict[str, tuple[float, ...]]
    faults: tuple[str, ...]

    @property
    def reached(self) -> bool:
        return not self.faults and not any(figure.missed for figure in self.figures)


HEAD = ("figure", "measured", "reach")


def rows(figures: Iterable[Figure]) -> list[tuple[str, ...]]:
    """HEAD, and a row for each figure."""
    return [HEAD, *(_row(figure) for figure in figures)]


def _row(figure: Figure) -> tuple[str, ...]:
    value = _said(figure.value, figure.unit) + " MISSED" * figure.missed
    return (
        figure.name,
        value,
        "–" if figure.most is None else f"≤ {_said(figure.most, figure.unit)}",
    )


def _said(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    number = f"{value:.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.3g}"
    return f"{number} {unit}".strip()


def markdown(table: Sequence[tuple[str, ...]]) -> str:
    head, *body = table
    lines = (head, tuple("---" if not n else "--:" for n in range(len(head))), *body)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def percentiles(
    name: str, samples: Iterable[float], unit: str, scale: float = 1.0, p95: float | None = None
) -> list[Figure]:
    """p50, p95 and p99 of the samples. scale: from their unit to `unit`. p95: at most this."""
    found = summary(samples)
    values = (found.p50, found.p95, found.p99) if found else (None, None, None)
    return [
        Figure(f"{name}, {which}", None if value is None else value * scale, unit, most)
        for which, value, most in zip(("p50", "p95", "p99"), values, (None, p95, None), strict=True)
    ]


def write(outcome: Outcome, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(outcome), indent=1) + b"\n")
