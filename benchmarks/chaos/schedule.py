"""What is going to happen, drawn from a seed before the run. Pure.

The same seed asks for the same kills, drops and talks in the same order; when exactly they
happen is up to the machine.
"""

import random
from collections.abc import Iterator, Sequence
from enum import Enum

from msgspec import Struct

FIRST, LAST = 0.1, 60.0  # seconds of the shortest and the longest drop


class Moment(Enum):
    """What a kill waits for."""

    START = "start"  # the process has been started
    RECOVERY = "recovery"  # it is ready, and takes up what the last one left
    HELLO = "hello"  # a client has said hello, for a new session or an old one
    STREAM = "stream"  # it has been ready for a while, and audio streams
    FLUSH = "flush"  # a client has asked for a flush
    END = "end"  # a client has said that there is no more
    FINALIZE = "finalize"  # a step of a session's end is done


SPANS = {
    Moment.START: 1.5,
    Moment.RECOVERY: 0.3,
    Moment.HELLO: 0.05,
    Moment.STREAM: 1.5,
    Moment.FLUSH: 0.15,
    Moment.END: 0.15,
    Moment.FINALIZE: 0.02,
}
"""Seconds after its moment within which a kill comes."""

STEPS = (
    "recorded", "rows", "draining", "finalizing", "recording", "artifact", "transcripts", "ready",
    "removed",
)  # fmt: skip
"""The steps of a session's end, as server/results/finalize.py and the registry tell them."""

WEIGHTS = {
    Moment.START: 1,
    Moment.RECOVERY: 2,
    Moment.HELLO: 2,
    Moment.STREAM: 4,
    Moment.FLUSH: 2,
    Moment.END: 2,
    Moment.FINALIZE: 3,
}


class Kill(Struct, frozen=True):
    """after: seconds from the moment. step: of FINALIZE, which."""

    moment: Moment
    after: float
    step: str = ""


def kills(count: int, seed: int, lane: str) -> tuple[Kill, ...]:
    chance = random.Random(f"kills {seed} {lane}")
    moments = chance.choices(list(WEIGHTS), list(WEIGHTS.values()), k=count)
    return tuple(
        Kill(
            moment,
            round(chance.uniform(0, SPANS[moment]), 4),
            chance.choice(STEPS) if moment is Moment.FINALIZE else "",
        )
        for moment in moments
    )


class Way(Enum):
    """How a connection is lost."""

    CUT = "cut"  # both sides see it closed, and nobody can connect
    RESET = "reset"  # the same, with a reset
    FREEZE = "freeze"  # nothing passes, nobody is told, and then everything does
    HALF = "half"  # the client sees it closed and comes back; the server is not told until then
    DEAF = "deaf"  # what the server says is lost; the client notices in the end and comes back


class Drop(Struct, frozen=True):
    """after: seconds from when the connection stood. seconds: until there is a way again."""

    way: Way
    after: float
    seconds: float


class Line(Struct, frozen=True):
    """One client's drops in order, and how long it talks: until all of them are over."""

    drops: tuple[Drop, ...]
    seconds: float


STANDS = (1.0, 4.0)  # seconds that a connection stands before its drop
REST = 8.0  # seconds of talk beside those


def lines(count: int, clients: int, seed: int, longest: float = LAST) -> tuple[Line, ...]:
    """So many drops, dealt to the clients so that all of them take about as long.

    Their lengths are spread evenly on a logarithmic scale from FIRST to `longest`, both included.
    """
    chance = random.Random(f"drops {seed}")
    ways = [way for way in Way for _ in range(-(-count // len(Way)))][:count]
    chance.shuffle(ways)
    drops = [
        Drop(way, round(chance.uniform(*STANDS), 3), round(seconds, 3))
        for way, seconds in zip(ways, lengths(count, longest), strict=True)
    ]
    return tuple(_line(dealt, chance) for dealt in _dealt(drops, clients))


def lengths(count: int, longest: float) -> Iterator[float]:
    for number in range(count):
        share = number / (count - 1) if count > 1 else 0.0
        yield FIRST * (longest / FIRST) ** share


def _dealt(drops: Sequence[Drop], clients: int) -> list[list[Drop]]:
    """The longest first, each to whoever has least to wait."""
    hands: list[list[Drop]] = [[] for _ in range(clients)]
    for drop in reversed(drops):
        min(hands, key=lambda hand: sum(one.seconds + one.after for one in hand)).append(drop)
    return hands


def _line(dealt: list[Drop], chance: random.Random) -> Line:
    chance.shuffle(dealt)
    return Line(tuple(dealt), REST + sum(one.seconds + one.after for one in dealt))


class Habits(Struct, frozen=True):
    """How a client behaves in one session.

    seconds: of its talk. leaves: share of the talk after which it goes and never comes back; None:
    it stays. thanks: it says that it has heard the end.
    """

    name: str
    seconds: float
    leaves: float | None
    thanks: bool


LEAVING = 0.15
THANKING = 0.8


def habits(seed: int, lane: str, client: int, seconds: tuple[float, float]) -> Iterator[Habits]:
    """Of one client's sessions, one after the other, without end. seconds: shortest, longest."""
    chance = random.Random(f"habits {seed} {lane} {client}")
    number = 0
    while True:
        leaves = round(chance.random(), 3) if chance.random() < LEAVING else None
        length = round(chance.uniform(*seconds), 2)
        name = f"talk {seed} {lane} {client} {number}"
        yield Habits(name, length, leaves, chance.random() < THANKING)
        number += 1
