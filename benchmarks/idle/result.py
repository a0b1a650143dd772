"""Figures of quiet sessions, as values, as a table and as JSON. Measures nothing."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks.figures.metrics import Summary
from benchmarks.run.machine import Machine, Usage


class Settings(Struct, frozen=True):
    """What was asked for. level: of the room's noise, dB under full scale."""

    levels: tuple[int, ...]
    seconds: float
    warmup: float
    level: float
    speaking: int
    corpus: str
    seed: int
    model: str | None


class Run(Struct, frozen=True):
    """One number of quiet sessions.

    usage: of the server, while nothing but the sessions and those who speak were there.
    rss_a_session: MiB on top of the server at rest. pings, late, committed: seconds; late is the
    client's own, committed is of those who spoke. heard: segments with text, none of them right.
    """

    sessions: int
    faults: tuple[str, ...]
    usage: Usage | None = None
    rss_a_session: float | None = None
    client_cores: float = 0.0
    pings: Summary | None = None
    late: Summary | None = None
    heard: int = 0
    committed: Summary | None = None

    @property
    def valid(self) -> bool:
        return not self.faults


class Result(Struct, frozen=True):
    began: str  # UTC, ISO 8601
    machine: Machine
    settings: Settings
    runs: tuple[Run, ...]
    kind: str = "idle"


HEAD = (
    "quiet sessions",
    "server, cores",
    "with its children",
    "ms a second and session",
    "MiB",
    "MiB a session",
    "ping p50 / p95 / p99, ms",
    "beside them: committed p50 / p95, s",
    "client: cores",
    "late p99, ms",
)


def rows(runs: Sequence[Run]) -> list[tuple[str, ...]]:
    """HEAD, and a row for each run."""
    return [HEAD, *(_row(run) for run in runs)]


def _row(run: Run) -> tuple[str, ...]:
    name = f"{run.sessions}" if run.valid else f"{run.sessions} INVALID"
    if run.usage is None:
        return (name, *("–" for _ in HEAD[1:]))
    whole = run.usage.cores_with_children or run.usage.cores
    pings, late, committed = run.pings, run.late, run.committed
    return (
        name,
        f"{run.usage.cores:.2f}",
        f"{whole:.2f}",
        f"{whole / run.sessions * 1000:.2f}" if run.sessions else "–",
        f"{run.usage.rss:.0f}",
        "–" if run.rss_a_session is None else f"{run.rss_a_session:.2f}",
        "–" if pings is None else _milliseconds(pings.p50, pings.p95, pings.p99),
        "–" if committed is None else f"{committed.p50:.2f} / {committed.p95:.2f}",
        f"{run.client_cores:.2f}",
        "–" if late is None else _milliseconds(late.p99),
    )


def _milliseconds(*values: float) -> str:
    return " / ".join(f"{value * 1000:.0f}" for value in values)


def write(result: Result, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
