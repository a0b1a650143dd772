import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as some

from storage.journal.records import (
    HEADER,
    KINDS,
    LARGEST,
    Audio,
    BadJournal,
    Event,
    Frame,
    Gap,
    Line,
    Opened,
    Owner,
    Removed,
    Sealed,
    Settled,
    Told,
    decode,
    encode,
    frames,
)

number = some.integers(0, 1 << 53)
data = some.binary(max_size=60)
name = some.text(max_size=10)
facts = some.dictionaries(name, number | name | some.none() | some.lists(number, max_size=3))
record = some.one_of(
    some.builds(Opened, name, facts),
    some.builds(Audio, number, number, data),
    some.builds(Gap, number, number),
    some.builds(Told, name, facts),
    some.builds(Event, number, data),
    some.builds(Settled, number, number, number),
    some.builds(Sealed, number, number),
    some.builds(Owner, name, number, number),
    some.builds(Removed, name),
)
journal = some.lists(record, max_size=8)


def ends(records: list[Line]) -> list[int]:
    """Where each record ends in the journal of them all."""
    sizes = [len(encode(one)) for one in records]
    return [sum(sizes[: n + 1]) for n in range(len(sizes))]


@given(journal)
def test_what_is_encoded_comes_back(records: list[Line]) -> None:
    whole = b"".join(map(encode, records))
    assert decode(whole) == (records, len(whole))


@given(journal, some.data())
def test_a_torn_tail_leaves_all_whole_records(records: list[Line], draw: some.DataObject) -> None:
    whole = b"".join(map(encode, records))
    length = draw.draw(some.integers(0, len(whole)))
    kept = [end for end in ends(records) if end <= length]
    assert decode(whole[:length]) == (records[: len(kept)], max(kept, default=0))


@given(journal.filter(bool), some.data())
def test_a_changed_byte_leaves_what_was_before_it(
    records: list[Line], draw: some.DataObject
) -> None:
    whole = bytearray(b"".join(map(encode, records)))
    at = draw.draw(some.integers(0, len(whole) - 1))
    whole[at] ^= draw.draw(some.integers(1, 255))
    kept = [end for end in ends(records) if end <= at]
    assert decode(bytes(whole)) == (records[: len(kept)], max(kept, default=0))


@pytest.mark.parametrize("tail", [bytes(64), b"\xff" * 64, b"\n" * 64])
def test_what_a_disk_may_leave_at_the_end_is_no_record(tail: bytes) -> None:
    good = encode(Gap(1, 2))
    assert decode(good + tail) == ([Gap(1, 2)], len(good))


def test_a_frame_lies_as_described() -> None:
    good = encode(Gap(1, 2))
    length, check, kind = HEADER.unpack_from(good)
    assert (length, check, kind) == (len(good) - 9, zlib.crc32(good[8:]), KINDS[Gap])
    assert list(frames(good)) == [Frame(KINDS[Gap], 0, 9, len(good))]


def test_a_record_of_another_version_is_an_error() -> None:
    payload = encode(Gap(1, 2))[9:]
    other = HEADER.pack(len(payload), zlib.crc32(b"\x63" + payload), 0x63) + payload
    with pytest.raises(BadJournal, match="kind 99"):
        decode(other)


def test_a_huge_record_is_refused() -> None:
    with pytest.raises(ValueError, match="the most is"):
        encode(Event(1, bytes(LARGEST)))
