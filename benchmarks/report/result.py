"""What a command knows at its end, and the file that keeps it. Computes nothing."""

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from benchmarks.figures.metrics import Figures, StreamScore
from benchmarks.run.machine import Machine, Usage
from benchmarks.run.settings import Settings

FRAMES = 50  # frames that a client sends in a second


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


class BadResult(Exception):
    """The file is no result; the message says why."""


def title(result: Result) -> str:
    settings, machine = result.settings, result.machine
    where = ", ".join((f"{machine.cores} cores of {machine.processor}", *machine.accelerators))
    talk = f", {settings.talk:.0%} of it talk" if settings.talk < 1 else ""
    warmup = f" after {settings.warmup:g} s of warm-up" if settings.warmup else ""
    own = "".join(
        f", {section}.{name}={value}"
        for section, fields in settings.serve.items()
        for name, value in fields.items()
    )
    return (
        f"{settings.target}, {settings.corpus}, {settings.seconds:g} s a stream{talk}{warmup}, "
        f"endpoint {settings.endpoint_ms} ms{', forced' * settings.forced}{own}, {where}"
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


def read(path: Path) -> Result:
    """What `write` wrote. Raises BadResult."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Result)
    except OSError as error:
        raise BadResult(f"cannot read {path}: {error.strerror}") from None
    except msgspec.MsgspecError as error:
        raise BadResult(f"{path} is not the result of a run: {error}") from None


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
