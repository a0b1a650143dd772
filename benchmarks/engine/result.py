"""What models cost on a machine: values, tables, JSON. Measures nothing."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks.engine.lanes import Lanes
from benchmarks.engine.passes import Passes
from benchmarks.engine.sizing import Sizing
from benchmarks.run.machine import Machine


class Settings(Struct, frozen=True):
    """What was asked for. seconds: of each run of the lanes."""

    models: tuple[str, ...]
    shapes: tuple[str, ...]
    device: str
    compute_types: tuple[str, ...]
    batches: tuple[int, ...]
    repeats: int
    workers: int
    threads: int
    lanes: bool
    seconds: float


class Subject(Struct, frozen=True):
    """One model with one type of numbers. loading: seconds until it was ready."""

    name: str
    compute_type: str
    loading: float | None
    passes: tuple[Passes, ...]
    lanes: tuple[Lanes, ...]
    sizing: Sizing | None
    failure: str | None = None

    @property
    def faults(self) -> list[str]:
        said = [self.failure] if self.failure else []
        said += [
            f"{it.load.name}, batch {it.batch}: {it.failure}" for it in self.passes if it.failure
        ]
        return said + [f"{it.mode}: {it.failure}" for it in self.lanes if it.failure]


class Result(Struct, frozen=True):
    began: str  # UTC, ISO 8601
    machine: Machine
    settings: Settings
    subjects: tuple[Subject, ...]
    kind: str = "engine"


Rows = list[tuple[str, ...]]

PASSES = (
    "model",
    "load",
    "batch",
    "windows a second",
    "speech a second, s",
    "pass p50 / p95, ms",
    "features / encode / decode / align, ms",
    "memory, MiB",
)
LANES = ("model", "looks", "of them a second", "answer p50 / p95 / p99, ms", "uploads a second")
SIZING = (
    "model",
    "speak without pause",
    "in conversation",
    "batch of looks / finals",
    "a look every, s",
)


def passes(subjects: Iterable[Subject]) -> Rows:
    """PASSES, and a row for each load and batch size."""
    return [PASSES, *((_name(it), *_pass(one)) for it in subjects for one in it.passes)]


def lanes(subjects: Iterable[Subject]) -> Rows:
    """LANES, and a row for each way to share the model."""
    return [LANES, *((_name(it), *_lane(one)) for it in subjects for one in it.lanes)]


def sizing(subjects: Iterable[Subject]) -> Rows:
    """SIZING, and a row for each model of which enough is known."""
    return [SIZING, *((_name(it), *_sized(it.sizing)) for it in subjects if it.sizing)]


def markdown(result: Result) -> str:
    """All tables, those without rows left out."""
    machine = result.machine
    where = ", ".join((f"{machine.cores} cores of {machine.processor}", *machine.accelerators))
    parts = [f"Device {result.settings.device}: {where}"]
    for title, rows in titled(result):
        rule = tuple("---" for _ in rows[0])
        lines = ("| " + " | ".join(line) + " |" for line in (rows[0], rule, *rows[1:]))
        parts.append(f"**{title}**\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def titled(result: Result) -> list[tuple[str, Rows]]:
    """The tables that have rows, with their titles."""
    tables = (
        ("Live streams, by arithmetic", sizing(result.subjects)),
        ("Batches", passes(result.subjects)),
        ("Looks beside uploads", lanes(result.subjects)),
    )
    return [(title, rows) for title, rows in tables if len(rows) > 1]


def write(result: Result, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")


def _name(subject: Subject) -> str:
    return f"{subject.name}, {subject.compute_type}"


def _pass(one: Passes) -> Sequence[str]:
    if one.took is None or one.stages is None:
        return (one.load.name, str(one.batch), "failed", "–", "–", "–", _mib(one.memory))
    stages = one.stages
    each = (stages.features, stages.encode, stages.decode, stages.align)
    return (
        one.load.name,
        str(one.batch),
        f"{one.rate:.1f}",
        f"{one.speed:.0f}",
        _ms(one.took.p50, one.took.p95),
        _ms(*each),
        _mib(one.memory),
    )


def _lane(one: Lanes) -> Sequence[str]:
    looks = "–" if one.looks is None else _ms(one.looks.p50, one.looks.p95, one.looks.p99)
    return (one.mode, f"{one.looks_a_second:.1f}", looks, f"{one.heavy_a_second:.2f}")


def _sized(it: Sizing) -> Sequence[str]:
    batches = f"{it.look_batch} / {it.final_batch}"
    return (f"{it.continuous:.1f}", f"{it.conversational:.1f}", batches, f"{it.look_every:g}")


def _ms(*values: float) -> str:
    return " / ".join(f"{value * 1000:.0f}" for value in values)


def _mib(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"
