"""Which figures must stay under which limits, read from a file. Pure but for the reading.

A file is TOML: a figure and its limit a line, as README.md lists them. An unknown figure is an
error: a bound with a slip in its name would hold for ever.
"""

import math
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

from msgspec import Struct

from benchmarks.figures.metrics import Figures, Summary

SHIPPED = Path(__file__).parents[1] / "slo"
PERCENTILES = ("p50", "p95", "p99")
RATES = ("wer", "wer_over_offline")  # made here of errors and offline; points of percent


class BadSlo(ValueError):
    """The file is not there or is no SLO; the message names the line's figure."""


class Slo(Struct, frozen=True):
    """bounds: name of a figure, as "committed.p95", to what it may be at most."""

    name: str
    bounds: dict[str, float]

    @property
    def needs_offline(self) -> bool:
        return "wer_over_offline" in self.bounds


def _kinds() -> Iterator[tuple[str, type]]:
    """Each figure that can have a bound and its type: Summary, int or float."""
    for name, hint in get_type_hints(Figures).items():
        for kind in get_args(hint) or (hint,):
            if kind in (Summary, int, float):
                yield name, kind
    yield from ((name, float) for name in RATES)


KINDS = dict(_kinds())


def shipped() -> list[str]:
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def load(given: str) -> Slo:
    """The SLO of a name that ships, or of a file. Raises BadSlo."""
    path = SHIPPED / f"{given}.toml" if given in shipped() else Path(given)
    try:
        return parse(path.stem, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        names = ", ".join(shipped())
        raise BadSlo(f"cannot read {given}; give a file, or one of {names}") from None
    except BadSlo as error:
        raise BadSlo(f"{path}: {error}") from None


def parse(name: str, text: str) -> Slo:
    """The SLO that a file says. Raises BadSlo."""
    try:
        found = dict(_bounds(tomllib.loads(text)))
    except tomllib.TOMLDecodeError as error:
        raise BadSlo(str(error)) from None
    if not found:
        raise BadSlo("has no bounds, which every server would meet")
    return Slo(name, found)


def _bounds(figures: dict[str, Any]) -> Iterator[tuple[str, float]]:
    for figure, given in figures.items():
        if figure not in KINDS:
            raise BadSlo(f"unknown figure {figure!r}; there are {', '.join(sorted(KINDS))}")
        if KINDS[figure] is not Summary:
            yield figure, _limit(figure, given)
            continue
        if not isinstance(given, dict):
            raise BadSlo(f"{figure} needs a percentile, like {figure}.p95 = 4.0")
        for percentile, limit in given.items():
            name = f"{figure}.{percentile}"
            if percentile not in PERCENTILES:
                raise BadSlo(f"unknown {name!r}; there are {', '.join(PERCENTILES)}")
            yield name, _limit(name, limit)


def _limit(name: str, given: Any) -> float:
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if not number or not math.isfinite(given) or given < 0:
        raise BadSlo(f"{name} must be a number, at least 0, and is {given!r}")
    return float(given)
