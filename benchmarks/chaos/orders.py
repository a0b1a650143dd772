"""Which files are sent, and which process is killed at what, drawn from a seed. Pure."""

import random
from collections.abc import Iterator
from enum import Enum

from msgspec import Struct

SERVER = "server"
START_AFTER = 1.5  # seconds of a start within which a kill at the start comes


class Moment(Enum):
    """What a kill waits for. The words are those that the processes tell of."""

    START = "start"  # it has just been killed and started again
    ANY = "any"  # it is ready
    CLAIM = "claimed"  # a job is its own now
    FETCH = "fetching"  # it begins to read the uploaded file
    HEAR = "fetched"  # the file is there, is decoded and heard
    STORE = "storing"  # recording and transcripts go into the store
    COMMIT = "committing"  # all is there and in rows; the commit of it is next
    COMMITTED = "committed"
    REMOVE = "removing"  # the uploaded file goes
    SEND = "sending"  # a client sends a file, to the server


SPANS = {
    Moment.START: START_AFTER,
    Moment.ANY: 1.0,
    Moment.CLAIM: 0.03,
    Moment.FETCH: 0.03,
    Moment.HEAR: 0.8,
    Moment.STORE: 0.03,
    Moment.COMMIT: 0.06,
    Moment.COMMITTED: 0.03,
    Moment.REMOVE: 0.001,
    Moment.SEND: 0.3,
}
"""Seconds after its moment within which a kill comes."""

OF_WORKERS = {
    Moment.START: 1,
    Moment.ANY: 2,
    Moment.CLAIM: 2,
    Moment.FETCH: 2,
    Moment.HEAR: 4,
    Moment.STORE: 3,
    Moment.COMMIT: 4,
    Moment.COMMITTED: 2,
    Moment.REMOVE: 1,
}
OF_SERVERS = {Moment.START: 1, Moment.ANY: 2, Moment.SEND: 5}


class Kill(Struct, frozen=True):
    """after: seconds from the moment."""

    victim: str
    moment: Moment
    after: float


def worker(number: int) -> str:
    return f"worker-{number + 1}"


def kills(count: int, seed: int, workers: int, server: float) -> tuple[Kill, ...]:
    """server: share of the kills that are its. A kill at the start is of whom the last one was."""
    chance = random.Random(f"kills of workers {seed}")
    drawn: list[Kill] = []
    while len(drawn) < count:
        is_server = chance.random() < server
        victim = SERVER if is_server else worker(chance.randrange(workers))
        weights = OF_SERVERS if is_server else OF_WORKERS
        (moment,) = chance.choices(list(weights), list(weights.values()))
        if moment is Moment.START:
            if not drawn:
                continue  # nobody has just been started
            victim = drawn[-1].victim
        drawn.append(Kill(victim, moment, round(chance.uniform(0, SPANS[moment]), 4)))
    return tuple(drawn)


class Order(Struct, frozen=True):
    """A file that a client sends, and how often it says so.

    key: of idempotency, and the name of the talk in the file. seconds: of that talk.
    at_once: how many requests are under way at first. again: how many come after the first
    answer, `late`: and one when the job is over.
    """

    key: str
    seconds: float
    at_once: int
    again: int
    late: bool


TWICE, AGAIN, LATE = 0.1, 0.15, 0.1  # of all orders


def orders(seed: int, client: int, seconds: tuple[float, float]) -> Iterator[Order]:
    """Of one client, one after the other, without end. seconds: shortest, longest."""
    chance = random.Random(f"orders {seed} {client}")
    number = 0
    while True:
        yield Order(
            key=f"order-{seed}-{client}-{number}",
            seconds=round(chance.uniform(*seconds), 2),
            at_once=1 + (chance.random() < TWICE),
            again=chance.randint(1, 2) * (chance.random() < AGAIN),
            late=chance.random() < LATE,
        )
        number += 1
