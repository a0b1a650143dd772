"""Positions: what is new, where it stands, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.live.intake import Intake
from server.protocols.native.messages import BadMessage, Gap, Sound
from streaming.resampler import Format

DATA = bytes(range(256)) * 8


def intake(start: int = 0, max_ahead: int = 30, form: Format | None = None) -> Intake:
    return Intake(form or Format(), start, max_ahead)


SHARES = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=30)


@given(SHARES, st.integers(0, 50))
def test_any_cutting_and_any_resending_gives_the_same_bytes(
    shares: list[tuple[float, float]], pairs: int
) -> None:
    """Each message begins anywhere in what was sent, and ends anywhere after that."""
    start = pairs * 2
    taking = intake(start)
    got = b""
    for first, last in [*shares, (1.0, 1.0)]:
        at = int(len(got) * first) // 2 * 2
        end = at + int((len(DATA) - at) * last) // 2 * 2
        got += taking.take(Sound(start + at, DATA[at:end]))
    assert got == DATA and taking.received == start + len(DATA)
    taking.end(start + len(DATA))


@given(st.lists(st.integers(1, 400), min_size=1, max_size=30), st.data())
def test_positions_grow_with_time_and_stay_whole(lengths: list[int], data: st.DataObject) -> None:
    form = Format("pcm_s16le", 48_000, 2)
    taking, at = intake(8, form=form), 8
    for length in lengths:
        taking.take(Sound(at, bytes(length * form.unit)))
        taking.mark(length // 3, taking.received)
        at += length * form.unit
    forgotten = data.draw(st.integers(0, taking.heard))
    taking.forget(forgotten)
    points = [taking.position(point) for point in range(0, taking.heard + 40, 7)]
    assert points == sorted(points)
    assert all((point - 8) % form.unit == 0 and 8 <= point <= taking.received for point in points)
    assert taking.position(taking.heard) == taking.received


def test_a_point_long_forgotten_still_has_a_position() -> None:
    taking = intake()
    for at in range(0, 6400, 3200):
        taking.take(Sound(at, bytes(3200)))
        taking.mark(1600, taking.received)
    taking.forget(3200)
    assert taking.position(500) == 6400


@pytest.mark.parametrize(
    ("sound", "close"),
    [
        (Sound(98, b"ab"), 4400),  # before the start
        (Sound(102, b"ab"), 4410),  # skips ahead
        (Sound(100, b"abc"), 4400),  # half a sample
        (Sound(100, bytes(32_000 + 2)), 4429),  # further ahead than a second
    ],
)
def test_what_is_refused(sound: Sound, close: int) -> None:
    taking = intake(100, max_ahead=1)
    with pytest.raises(BadMessage) as refused:
        taking.take(sound)
    assert refused.value.close == close and taking.received == 100


def test_acknowledging_makes_room() -> None:
    taking = intake(max_ahead=1)
    taking.take(Sound(0, bytes(32_000)))
    with pytest.raises(BadMessage, match="ahead"):
        taking.take(Sound(32_000, bytes(2)))
    assert taking.acknowledge(32_000) == 32_000
    assert len(taking.take(Sound(32_000, bytes(32_000)))) == 32_000


def test_only_what_is_safe_is_acknowledged_and_never_less_than_before() -> None:
    taking = intake(100, max_ahead=1)
    taking.take(Sound(100, bytes(1000)))
    assert [taking.acknowledge(safe) for safe in (0, 600, 500, 5000)] == [100, 600, 600, 1100]


def test_one_that_is_restored_goes_on_where_it_was() -> None:
    taking = intake(100)
    taking.restore(received=32_100, heard=8192, pos=100 + 2 * 8192)
    assert taking.position(0) == taking.position(8192) == 100 + 2 * 8192
    taking.mark(160, 100 + 2 * 8352)
    assert taking.position(8352) == 100 + 2 * 8352 and taking.heard == 8352
    assert taking.take(Sound(32_000, bytes(200))) == bytes(100)


def test_gaps_count_what_is_missing() -> None:
    taking = intake()
    taking.take(Sound(0, bytes(100)))
    assert taking.skip(Gap(50, 100)) == 50
    assert taking.skip(Gap(50, 100)) == 0
    assert taking.received == 150
    for gap, close in (
        (Gap(152, 2), 4410),
        (Gap(150, 3), 4400),
        (Gap(150, 600 * 32_000 + 2), 4400),
    ):
        with pytest.raises(BadMessage) as refused:
            taking.skip(gap)
        assert refused.value.close == close


def test_opus_counts_packets() -> None:
    taking = intake(form=Format("opus", 48_000, 1))
    assert taking.take(Sound(0, b"packet")) == b"packet"
    assert taking.take(Sound(0, b"packet")) == b""
    assert taking.take(Sound(1, b"another")) == b"another"
    assert taking.skip(Gap(2, 50)) == 50
    with pytest.raises(BadMessage):
        taking.end(2)
    taking.end(52)
