"""What the tests of journals share."""

from collections.abc import Iterable
from pathlib import Path

from storage.journal.reader import load
from storage.journal.records import Audio, Event, Line, Owner, Record, encode
from storage.ports import Objects

PATIENCE = 20  # seconds for anything that is awaited


def said(number: int, size: int = 4) -> Audio:
    return Audio(number * size, (number + 1) * size, bytes([number % 256]) * size)


def stream(records: Iterable[Line]) -> bytes:
    """All audio, which follows on itself from position 0."""
    audio = b""
    for record in records:
        assert isinstance(record, Audio)
        assert (record.pos, record.end) == (len(audio), len(audio) + len(record.data))
        audio += record.data
    return audio


def event(seq: int) -> Event:
    return Event(seq, b"event %d" % seq)


def lines(*records: Line) -> bytes:
    return b"".join(map(encode, records))


def owned(session: str, generation: int, first: int, *records: Record) -> bytes:
    return lines(Owner(session, generation, first), *records)


async def loaded(folder: Path, session: str, objects: Objects | None = None) -> list[Record]:
    return [record async for record in load(folder, objects, session)]
