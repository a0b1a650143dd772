"""The figures as rows and as JSON, with what they were measured on. Measures nothing."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks.batch.figures import Figures
from benchmarks.batch.run import Turn
from benchmarks.figures.accuracy import Errors
from benchmarks.run.machine import Machine


class Settings(Struct, frozen=True):
    """What was asked for: enough to do it again. whole: the corpus's recordings as they are."""

    corpus: str
    category: str | None
    language: str
    whole: bool
    files: int
    seconds: float
    seed: int
    repeats: int
    batches: tuple[int, ...]
    beam: int
    model: str
    device: str
    compute_type: str
    cores: int


class Result(Struct, frozen=True):
    """began: UTC, ISO 8601. audio: seconds of all files. turns: raw, in the order they ran."""

    began: str
    machine: Machine
    settings: Settings
    audio: float
    figures: tuple[Figures, ...]
    turns: tuple[Turn, ...]
    kind: str = "batch"

    @property
    def faults(self) -> list[str]:
        return [f"{one.contender.name}: {fault}" for one in self.figures for fault in one.faults]


HEAD = (
    "contender",
    "real-time factor, median (least to most)",
    "times faster than the batched peer",
    "WER, % (S / D / I)",
    "memory, peak MiB (loaded)",
    "word times",
)


def rows(figures: Sequence[Figures]) -> list[tuple[str, ...]]:
    """HEAD, and a row for each contender."""
    return [HEAD, *(_row(one) for one in figures)]


def notes(figures: Sequence[Figures]) -> list[str]:
    """What each contender was set to."""
    return [f"{one.contender.name}: {one.contender.says}" for one in figures]


def title(result: Result) -> str:
    settings, machine = result.settings, result.machine
    return (
        f"{settings.files} files, {result.audio:.0f} s, {settings.corpus} "
        f"{settings.category or ''}, seed {settings.seed}, {Path(settings.model).name} "
        f"{settings.compute_type}, beam {settings.beam}, {settings.cores} of {machine.cores} "
        f"cores of {machine.processor}"
    )


def write(result: Result, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")


def read(path: Path) -> Result:
    """Raises OSError and msgspec.MsgspecError."""
    return msgspec.json.decode(path.read_bytes(), type=Result)


def _row(one: Figures) -> tuple[str, ...]:
    return (
        one.contender.name + (" INVALID" if one.faults else ""),
        _factor(one),
        "–" if one.faster is None else "{:.2f} ({:.2f} to {:.2f})".format(*one.faster),
        _errors(one.errors) + ("" if one.steady else ", differs from round to round"),
        _memory(one),
        str(one.words) if one.words else "no",
    )


def _factor(one: Figures) -> str:
    if one.factor is None:
        return "–"
    return f"{one.factor:.4f} ({min(one.factors):.4f} to {max(one.factors):.4f})"


def _errors(found: Errors | None) -> str:
    if found is None or found.rate is None:
        return "–"
    counts = f"{found.substitutions} / {found.deletions} / {found.insertions}"
    return f"{found.rate * 100:.2f} ({counts})"


def _memory(one: Figures) -> str:
    if one.rss is None or one.contender.kind == "served":
        return "–"
    return f"{one.rss:.0f} ({one.rss_loaded:.0f})"
