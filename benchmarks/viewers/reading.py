"""What a viewer's connection brought, as captions with their times. Pure.

Thousands of viewers are sent the same bytes, so each piece is read once and then known.
"""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

SHOWN = ("partial", "final")


class Caption(Struct, frozen=True):
    """What tells an event of a room from all others. text: of a partial with its stable part."""

    kind: str
    seg: int
    text: str
    stable: int = 0


class _Data(Struct):
    seg: int = -1
    text: str = ""
    stable: int = 0


class Reader:
    """For one viewer: told its pieces in order. known: shared by all, filled on the way."""

    def __init__(self, known: dict[bytes, list[Caption]]) -> None:
        self.known = known
        self.rest = b""  # of the body, not yet a whole event
        self.partly = b""  # of the stream, not yet a whole chunk

    def feed(self, piece: bytes) -> list[Caption]:
        """The captions that are complete with it."""
        fresh = not self.rest and not self.partly
        if fresh and piece in self.known:
            return self.known[piece]
        found = list(self._captions(piece))
        if fresh and not self.rest and not self.partly:
            self.known[piece] = found
        return found

    def _captions(self, piece: bytes) -> Iterator[Caption]:
        chunks, self.partly = body(self.partly + piece)
        *events, self.rest = (self.rest + chunks).split(b"\n\n")
        for event in events:
            if (caption := read(event)) is not None:
                yield caption


def body(stream: bytes) -> tuple[bytes, bytes]:
    """What whole chunks of an HTTP body hold, and what is left of the stream."""
    held, at = [], 0
    while (end := stream.find(b"\r\n", at)) >= 0:
        size = int(stream[at:end], 16)
        if len(stream) < end + 2 + size + 2:
            break
        held.append(stream[end + 2 : end + 2 + size])
        at = end + 2 + size + 2
    return b"".join(held), stream[at:]


def read(event: bytes) -> Caption | None:
    """None for what is no caption: comments, ends, the time to come back."""
    fields = dict(_fields(event.split(b"\n")))
    kind = fields.get(b"event", b"").decode()
    if kind not in SHOWN:
        return None
    data = msgspec.json.decode(fields[b"data"], type=_Data)
    return Caption(kind, data.seg, data.text, data.stable)


def _fields(lines: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    for line in lines:
        name, _, value = line.partition(b": ")
        yield name, value
