"""The settings to try, and in which order. Pure, seeded; checks names, not values.

Whether a value is a good one is for the server to say, when it starts with it.
"""

import itertools
import json
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from benchmarks.run.settings import Sections
from server.settings import Settings as ServerSettings

Value = bool | int | float | str


class BadGrid(ValueError):
    """The grid says something that no server has a setting for; the message names it."""


class Axis(Struct, frozen=True):
    """A setting, as "section.field", and the values to try."""

    name: str
    values: tuple[Value, ...]


class Point(Struct, frozen=True):
    """One choice for each axis."""

    settings: tuple[tuple[str, Value], ...]

    @property
    def label(self) -> str:
        """As a row of a table names it."""
        return " ".join(f"{name.partition('.')[2]}={_said(value)}" for name, value in self.settings)

    def over(self, base: Sections) -> Sections:
        """Sections of a settings file: those of `base`, and over them this point's."""
        found = {section: dict(fields) for section, fields in base.items()}
        for name, value in self.settings:
            section, _, field = name.partition(".")
            found.setdefault(section, {})[field] = value
        return found


def known() -> set[str]:
    """Every "section.field" that a server can be given."""
    return {
        f"{section.name}.{field.name}"
        for section in msgspec.structs.fields(ServerSettings)
        for field in msgspec.structs.fields(section.type)
    }


def axis(text: str) -> Axis:
    """`section.field=1,2`; values as in TOML, and quotes may be left out. Raises BadGrid."""
    name, equals, values = text.partition("=")
    if not equals:
        raise BadGrid(f"{text!r} is not like section.field=1,2")
    return _axis(name.strip(), [_value(part.strip()) for part in values.split(",")])


def axes(text: str) -> list[Axis]:
    """The grid of a TOML file: a settings file whose values are lists. Raises BadGrid."""
    try:
        sections = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadGrid(str(error)) from None
    return [_axis(name, values) for name, values in _flat(sections)]


def points(along: Sequence[Axis]) -> list[Point]:
    """Every combination, the last axis changing fastest. Raises BadGrid for a doubled axis."""
    names = [one.name for one in along]
    for name in names:
        if names.count(name) > 1:
            raise BadGrid(f"{name} is given twice")
    chosen = itertools.product(*(one.values for one in along))
    return [Point(tuple(zip(names, values, strict=True))) for values in chosen]


def draw(grid: Sequence[Point], count: int, seed: int) -> list[Point]:
    """`count` of the points, or all if there are fewer, in the order of the grid."""
    indexes = random.Random(f"{seed}/points").sample(range(len(grid)), min(count, len(grid)))
    return [grid[index] for index in sorted(indexes)]


def schedule(count: int, repeats: int, seed: int) -> list[tuple[int, int]]:
    """(repeat, point) in the order to play them: all points once, in an order of chance, then
    all again in another. A machine that gets slower by the hour then hits all alike."""
    chance = random.Random(f"{seed}/order")
    found: list[tuple[int, int]] = []
    for repeat in range(repeats):
        order = list(range(count))
        chance.shuffle(order)
        found += [(repeat, point) for point in order]
    return found


def _flat(sections: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    for section, fields in sections.items():
        if not isinstance(fields, Mapping):
            raise BadGrid(f"{section} is no section")
        for field, values in fields.items():
            yield f"{section}.{field}", values if isinstance(values, list) else [values]


def _axis(name: str, values: Sequence[Any]) -> Axis:
    if name not in known():
        raise BadGrid(f"no server has a setting {name!r}")
    if not values:
        raise BadGrid(f"{name} has no values")
    for value in values:
        if not isinstance(value, Value) or value == "":
            raise BadGrid(f"{name} cannot be {value!r}")
    if len({(type(value), value) for value in values}) < len(values):
        raise BadGrid(f"{name} has a value twice")
    return Axis(name, tuple(values))


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _said(value: Value) -> str:
    return value if isinstance(value, str) else json.dumps(value)
