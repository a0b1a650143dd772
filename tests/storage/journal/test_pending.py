import pytest
from hypothesis import given
from hypothesis import strategies as some

from storage.journal.pending import AROUND, LONGEST, Pending, weight
from storage.journal.records import LARGEST, Audio, Line, decode, encode
from tests.storage.journal.shared import event, said


def taken(pending: Pending) -> list[Line]:
    return decode(b"".join(pending.take()[0]))[0]


def put(pending: Pending, record: Audio) -> int:
    return pending.audio(record, weight(record))


@given(some.lists(some.one_of(some.binary(max_size=50), some.none()), max_size=30))
def test_nothing_is_lost_and_records_are_counted(messages: list[bytes | None]) -> None:
    pending, count, pos, said_all, size = Pending(), 0, 0, b"", 0
    for message in messages:
        if message is None:
            count += pending.frame(encode(event(1)))
            size += len(encode(event(1)))
        else:
            record = Audio(pos, pos + len(message), message)
            count += pending.audio(record, weight(record))
            pos, said_all, size = record.end, said_all + message, size + weight(record)
    assert (len(pending), pending.waiting) == (count, size)
    frames, counted = pending.take()
    data = b"".join(frames)
    lines = decode(data)[0]
    assert (len(lines), counted, len(pending), pending.waiting) == (count, size, 0, 0)
    assert b"".join(line.data for line in lines if isinstance(line, Audio)) == said_all
    assert sum(line == event(1) for line in lines) == messages.count(None)
    assert len(data) <= size


def test_audio_elsewhere_is_another_record() -> None:
    pending = Pending()
    assert [put(pending, said(number)) for number in (0, 1, 3, 3)] == [1, 0, 1, 1]
    assert taken(pending) == [Audio(0, 8, said(0).data + said(1).data), said(3), said(3)]


def test_packets_stay_what_they_are() -> None:
    pending = Pending()
    packets = [Audio(0, 1, b"abc"), Audio(1, 2, b"x"), Audio(2, 3, b"y"), Audio(3, 4, b"defg")]
    assert [put(pending, packet) for packet in packets] == [1, 1, 1, 1]
    assert taken(pending) == packets


def test_a_record_does_not_grow_for_ever() -> None:
    pending, half = Pending(), LONGEST // 2
    pieces = [Audio(at * half, (at + 1) * half, bytes(half)) for at in range(5)]
    assert [put(pending, piece) for piece in pieces] == [1, 0, 1, 0, 1]


def test_what_is_too_large_is_refused() -> None:
    assert weight(Audio(0, 1, bytes(LARGEST - AROUND))) == LARGEST
    with pytest.raises(ValueError, match="bytes"):
        weight(Audio(0, 1, bytes(LARGEST)))
