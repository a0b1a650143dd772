"""Figures as a table, as Markdown and as JSON. Computes nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from rich.table import Table

from benchmarks.figures.accuracy import Errors
from benchmarks.figures.metrics import Figures, StreamScore, Summary
from benchmarks.run.machine import Machine, Usage

FRAMES = 50  # frames that a client sends in a second


class Settings(Struct, frozen=True):
    """What was asked for: enough to do the run again."""

    target: str
    corpus: str
    language: str
    category: str | None
    ids: tuple[str, ...]
    seconds: float
    seed: int
    spread: float
    drain: float
    endpoint_ms: int
    model: str | None
    offline: bool


class Run(Struct, frozen=True):
    """One number of streams. `faults` is empty when the figures may be used."""

    streams: int
    valid: bool
    faults: tuple[str, ...]
    figures: Figures
    usage: Usage | None
    scores: tuple[StreamScore, ...]


class Result(Struct, frozen=True):
    """Everything the command knows at its end."""

    began: str  # UTC, ISO 8601
    machine: Machine
    settings: Settings
    runs: tuple[Run, ...]


HEADS = ("figure", "unit")


def rows(result: Result) -> list[tuple[str, ...]]:
    """A row for each figure, a column for each number of streams; HEADS first."""
    lines = [_cells(run) for run in result.runs]
    names = [name for name, _ in lines[0]] if lines else []
    body = [(*names[n].split("|"), *(line[n][1] for line in lines)) for n in range(len(names))]
    heads = tuple(f"{run.streams} stream{'s' * (run.streams > 1)}" for run in result.runs)
    return [(*HEADS, *heads), *body]


def table(result: Result) -> Table:
    """The rows for a terminal."""
    head, *body = rows(result)
    found = Table(title=title(result), title_justify="left")
    for name in head:
        words = name in HEADS  # these may wrap in a narrow terminal; figures must stay whole
        found.add_column(name, justify="left" if words else "right", no_wrap=not words)
    for line in body:
        found.add_row(*line)
    return found


def markdown(result: Result) -> str:
    """The rows for a README."""
    head, *body = rows(result)
    rule = ("---" if name in HEADS else "--:" for name in head)
    lines = (head, tuple(rule), *body)
    return (
        "\n".join([title(result), "", *("| " + " | ".join(line) + " |" for line in lines)]) + "\n"
    )


def title(result: Result) -> str:
    settings, machine = result.settings, result.machine
    where = ", ".join((f"{machine.cores} cores of {machine.processor}", *machine.accelerators))
    return (
        f"{settings.target}, {settings.corpus}, {settings.seconds:g} s a stream, "
        f"endpoint {settings.endpoint_ms} ms, {where}"
    )


def write(result: Result, path: Path) -> None:
    """The whole result with its raw samples, as JSON; of the client's lateness, which has fifty
    samples a second, the worst of each second."""
    plain = msgspec.to_builtins(result)
    for run in plain["runs"]:
        for score in run["scores"]:
            late = score["late"]
            score["late"] = [max(late[i : i + FRAMES]) for i in range(0, len(late), FRAMES)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(_rounded(plain)) + b"\n")


def _rounded(value: Any) -> Any:
    """With a tenth of a millisecond as the smallest step."""
    match value:
        case float():
            return round(value, 4)
        case dict():
            return {key: _rounded(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_rounded(inner) for inner in value]
        case _:
            return value


def _cells(run: Run) -> Sequence[tuple[str, str]]:
    """("name|unit", value) for each figure of a run."""
    found = run.figures
    return (
        ("run|", "valid" if run.valid else "INVALID"),
        ("word first shown|s, p50 / p95 / p99", _three(found.shown)),
        ("word committed|s, p50 / p95 / p99", _three(found.committed)),
        ("time to first word|s, p50 / p95 / p99", _three(found.first_word)),
        ("end of speech to final|s, p50 / p95 / p99", _three(found.endings)),
        ("last word to last final|s, p50 / p95 / p99", _three(found.last_final)),
        ("time to connect|s, p50 / p95 / p99", _three(found.connected)),
        ("WER of the finals|% (S / D / I)", _errors(found.errors)),
        ("WER offline, same weights|% (S / D / I)", _errors(found.offline)),
        ("price of being live|% WER, absolute", _price(found)),
        ("words missed|of reference words", f"{found.missed} of {found.reference_words}"),
        ("words on non-speech|words", str(found.nonspeech)),
        ("normalised erasure|retracted / final words", _number(found.erasure)),
        ("committed words taken back|words", str(found.taken_back)),
        ("finals rewritten|segments", str(found.rewritten)),
        ("shown, never final|segments", str(found.unfinished)),
        ("lag slope, worst stream|s/s", _number(found.lag_slope, 3)),
        ("held up by the server, worst|s", _number(found.held)),
        ("client lateness|ms, p50 / p95 / p99", _three(found.late, 1000, 0)),
        ("server memory, peak|MiB (with children)", _memory(run.usage)),
        ("server processor|cores, mean", _number(run.usage.cores if run.usage else None)),
    )


def _three(found: Summary | None, scale: float = 1.0, digits: int = 2) -> str:
    if found is None:
        return "–"
    return " / ".join(f"{x * scale:.{digits}f}" for x in (found.p50, found.p95, found.p99))


def _errors(found: Errors | None) -> str:
    if found is None or found.rate is None:
        return "–"
    counts = f"{found.substitutions} / {found.deletions} / {found.insertions}"
    return f"{found.rate * 100:.1f} ({counts})"


def _price(found: Figures) -> str:
    offline = None if found.offline is None else found.offline.rate
    if offline is None or found.errors.rate is None:
        return "–"
    return f"{(found.errors.rate - offline) * 100:+.1f}"


def _number(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _memory(usage: Usage | None) -> str:
    return "–" if usage is None else f"{usage.rss:.0f} ({usage.rss_with_children:.0f})"
