"""How many live streams a throughput would carry: arithmetic, no measurement. Pure.

    streams = DUTY / (1 / look_every / look_rate + 1 / UTTERANCE / final_rate)

A speaker makes one look every `look_every` seconds of speech and one final every UTTERANCE
seconds; the rates are windows a second, each kind at the batch size that serves the most of them
while a pass takes no longer than LIMIT. The live bench on the machine itself has the last word:
voice detection, sockets, second tries and bursts are not in this.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

DUTY = 0.7  # of the time that the device may work: above, queues grow faster than they empty
UTTERANCE = 6.0  # seconds of speech that one final closes
TALK = 0.4  # share of the time that somebody in a conversation speaks
LIMIT = 0.5  # seconds that a pass may take (p95), so that nobody waits long behind it


class Cell(Struct, frozen=True):
    """What a batch size of a load did: windows a second, p95 of a pass in seconds."""

    load: str
    batch: int
    rate: float
    p95: float


class Sizing(Struct, frozen=True):
    """Streams by arithmetic, and the batch sizes that they stand on."""

    look_every: float
    look_batch: int
    final_batch: int
    continuous: float
    conversational: float


def best(cells: Iterable[Cell], load: str) -> Cell | None:
    """The quickest batch size whose passes are short enough; the shortest passes if none is."""
    mine = [cell for cell in cells if cell.load == load]
    short = [cell for cell in mine if cell.p95 <= LIMIT]
    if short:
        return max(short, key=lambda cell: cell.rate)
    return min(mine, key=lambda cell: cell.p95, default=None)


def size(cells: Sequence[Cell], look: str, final: str, look_every: float) -> Sizing | None:
    """None when one of the two was not measured. look_every: seconds."""
    looks, finals = best(cells, look), best(cells, final)
    if looks is None or finals is None:
        return None
    cost = 1 / look_every / looks.rate + 1 / UTTERANCE / finals.rate
    streams = DUTY / cost
    return Sizing(look_every, looks.batch, finals.batch, streams, streams / TALK)
