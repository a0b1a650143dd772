"""What a journal holds, and how it lies on a disk. Pure: no file, no clock.

A frame is: length of the payload (u32), CRC-32 of kind and payload (u32), kind (u8), payload
(MessagePack). Whatever follows the first frame that fails its checksum does not count.
"""

import zlib
from collections.abc import Iterator
from struct import Struct as Layout
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from inference.types import Samples
from storage.errors import StorageError

HEADER = Layout(">IIB")
LARGEST = 1 << 24  # bytes of a payload; a longer one is a torn length


class BadJournal(StorageError):
    """Whole frames that this version cannot read: another version wrote them."""


class Opened(Struct, frozen=True, array_like=True):
    """The first record of each owner: all that is needed to take the session up again."""

    session: str
    header: dict[str, Any]


class Audio(Struct, frozen=True, array_like=True):
    """Audio as the client sent it: it begins at position `pos` and the next begins at `end`."""

    pos: int
    end: int
    data: bytes


class Gap(Struct, frozen=True, array_like=True):
    """The client lost `length` from `pos` on."""

    pos: int
    length: int


class Told(Struct, frozen=True, array_like=True):
    """A command without audio: flush, update, end."""

    command: str
    payload: dict[str, Any]


class Event(Struct, frozen=True, array_like=True):
    """What the session said; `payload` is the caller's own bytes."""

    seq: int
    payload: bytes


class Settled(Struct, frozen=True, array_like=True):
    """The text of all audio before `at` (the client's `pos`) is in events up to `seq`."""

    at: Samples
    pos: int
    seq: int


class Sealed(Struct, frozen=True, array_like=True):
    """The last record: the session was told all its audio and said all its events."""

    pos: int
    seq: int


class Owner(Struct, frozen=True, array_like=True):
    """Whose the records are that follow, up to the next Owner. The first of them is `first`."""

    session: str
    generation: int
    first: int


class Removed(Struct, frozen=True, array_like=True):
    """Nothing of the session before this is needed any more."""

    session: str


Record: TypeAlias = Opened | Audio | Gap | Told | Event | Settled | Sealed
Line: TypeAlias = Record | Owner | Removed

# The numbers are on disks: they are never given to another kind.
KINDS: dict[type[Line], int] = {
    Opened: 1, Audio: 2, Gap: 3, Told: 4, Event: 5, Settled: 6, Sealed: 7, Owner: 8, Removed: 9,
}  # fmt: skip
_checks = {kind: (number, zlib.crc32(bytes([number]))) for kind, number in KINDS.items()}
_encoder = msgspec.msgpack.Encoder()
_decoders = {number: msgspec.msgpack.Decoder(kind) for kind, number in KINDS.items()}


class Frame(Struct, frozen=True):
    """Where a good frame lies: from `start` to `end`; its payload begins at `payload`."""

    kind: int
    start: int
    payload: int
    end: int


def encode(record: Line) -> bytes:
    """One frame. Raises ValueError when the record is larger than a frame may be."""
    payload = _encoder.encode(record)
    if len(payload) > LARGEST:
        raise ValueError(f"a record of {len(payload)} bytes; the most is {LARGEST}")
    kind, check = _checks[type(record)]
    return HEADER.pack(len(payload), zlib.crc32(payload, check), kind) + payload


def frames(data: bytes) -> Iterator[Frame]:
    """The good frames from the beginning on; stops at the first that is torn."""
    view, start = memoryview(data), 0
    while start + HEADER.size <= len(data):
        length, check, kind = HEADER.unpack_from(view, start)
        payload = start + HEADER.size
        end = payload + length
        # Kind and payload lie side by side, so one sum goes over both.
        if length > LARGEST or end > len(data) or zlib.crc32(view[payload - 1 : end]) != check:
            return
        yield Frame(kind, start, payload, end)
        start = end


def read(data: bytes, frame: Frame) -> Line:
    """The record in a good frame. Raises BadJournal."""
    try:
        return _decoders[frame.kind].decode(memoryview(data)[frame.payload : frame.end])
    except (KeyError, msgspec.DecodeError) as error:
        raise BadJournal(f"a record of kind {frame.kind} is not understood: {error}") from None


def decode(data: bytes) -> tuple[list[Line], int]:
    """All whole records, and where the good part ends. Raises BadJournal."""
    lines, end = [], 0
    for frame in frames(data):
        lines.append(read(data, frame))
        end = frame.end
    return lines, end
