"""Packets of 20 ms by their timestamps, and the silence between them."""

import random

import pytest

from server.webrtc.timeline import BEHIND, RATE, SLACK, STAMPS, STILL, Timeline

FRAME = RATE // 50


def silences(stamps: list[int], first: int = 0, lag: float = 0.0) -> list[int]:
    """What goes before each packet, in frames; each comes when its timestamp says, or later."""
    timeline = Timeline()
    return [
        timeline.packet((first + n * FRAME) % STAMPS, FRAME, n * 0.02 + (lag if n else 0)) / FRAME
        for n in stamps
    ]


@pytest.mark.parametrize("first", [0, 12345, STAMPS - 2 * FRAME])
@pytest.mark.parametrize(
    ("stamps", "before"),
    [
        ([0, 1, 2], [0, 0, 0]),
        ([0, 2, 3], [0, 1, 0]),
        ([0, 1, 51, 52], [0, 0, 49, 0]),
        ([0, 1, 21, 41], [0, 0, 19, 19]),  # a codec that sends little in a pause
    ],
    ids=str,
)
def test_silence_stands_for_what_is_missing(
    stamps: list[int], before: list[int], first: int
) -> None:
    assert silences(stamps, first) == before


def test_small_errors_of_timestamps_are_none_until_they_add_up() -> None:
    timeline = Timeline()
    given = [timeline.packet(n * (FRAME + 1), FRAME, n * 0.02) for n in range(1000)]
    assert set(given) == {0, 480}
    assert given.count(480) == 2
    assert abs(timeline.written - 1000 * (FRAME + 1)) < 481


def test_timestamps_say_no_more_than_the_clock_allows() -> None:
    timeline = Timeline()
    timeline.packet(0, FRAME, 0.0)
    for turn in range(1, 100):
        timeline.packet(turn * 10 * RATE, FRAME, turn * 0.02)
    assert timeline.written <= 99 * FRAME + SLACK + FRAME


@pytest.mark.parametrize("jump", [-11 * RATE, -1000 * RATE, STAMPS // 2])
def test_timestamps_that_jump_back_begin_anew(jump: int) -> None:
    timeline = Timeline()
    timeline.packet(0, FRAME, 0.0)
    assert timeline.packet((FRAME + jump) % STAMPS, FRAME, 0.02) == 0
    assert timeline.packet((2 * FRAME + jump) % STAMPS, FRAME, 0.04) == 0
    assert timeline.packet((4 * FRAME + jump) % STAMPS, FRAME, 0.08) == FRAME


def test_silence_follows_the_clock_when_nothing_comes() -> None:
    timeline = Timeline()
    assert timeline.still(100.0) == 0
    timeline.packet(0, FRAME, 0.0)
    assert timeline.still(STILL - 0.01) == 0
    assert timeline.still(STILL) == RATE // 2
    assert timeline.still(STILL) == 0
    assert timeline.still(3.0) == 2 * RATE
    assert timeline.written == FRAME + int((3 - BEHIND) * RATE)
    # and what comes then is where it belongs
    assert timeline.packet(4 * RATE, FRAME, 4.0) == 4 * RATE - FRAME - int(2.5 * RATE)


def test_what_was_only_late_is_kept_and_made_up_for_in_later_gaps() -> None:
    timeline = Timeline()
    timeline.packet(0, FRAME, 0.0)
    early = timeline.still(2.0)
    for n in range(1, 100):
        assert timeline.packet(n * FRAME, FRAME, 2.0) == 0
    assert timeline.written == 100 * FRAME + early
    assert timeline.packet(300 * FRAME, FRAME, 6.0) == 200 * FRAME - early
    assert timeline.written == 301 * FRAME


def test_another_source_goes_on_where_the_last_one_was() -> None:
    timeline = Timeline()
    timeline.packet(0, FRAME, 0.0)
    timeline.restart()
    assert timeline.packet(77 * RATE, FRAME, 0.02) == 0
    assert timeline.packet(77 * RATE + 2 * FRAME, FRAME, 0.06) == FRAME


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_lost_every_packet_stands_where_its_timestamp_says(seed: int) -> None:
    chance = random.Random(seed)
    timeline = Timeline()
    timeline.packet(0, FRAME, 0.0)
    for n in range(1, 3000):
        if chance.random() > 0.1:
            timeline.packet(n * FRAME, FRAME, n * 0.02 + chance.random() * 0.05)
            assert timeline.written == (n + 1) * FRAME
