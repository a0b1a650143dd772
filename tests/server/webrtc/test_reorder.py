"""Packets as a network brings them, by their numbers, and the order in which they are heard."""

import random

import pytest

from server.webrtc.reorder import FAR, NUMBERS, PATIENCE, Packet, Reorder


def packet(number: int) -> Packet:
    return Packet(number % NUMBERS, number * 960 % (1 << 32), b"")


def heard(order: list[int], first: int = 0) -> tuple[list[int], Reorder]:
    """Numbers as they come out, of packets that come 20 ms apart."""
    reorder = Reorder()
    told = []
    for turn, number in enumerate(order):
        told += reorder.put(packet(first + number), turn * 0.02)
    return [(each.sequence - first) % NUMBERS for each in told], reorder


@pytest.mark.parametrize(
    ("came", "told", "lost", "late"),
    [
        ([0, 1, 2, 3], [0, 1, 2, 3], 0, 0),
        ([0, 2, 1, 3], [0, 1, 2, 3], 0, 0),
        ([0, 3, 2, 1, 4], [0, 1, 2, 3, 4], 0, 0),
        ([0, 2, 3], [0], 0, 0),
        ([0, 2, 3, 4], [0, 2, 3, 4], 1, 0),
        ([0, 2, 3, 4, 1, 5], [0, 2, 3, 4, 5], 1, 1),
        ([0, 4, 6, 8], [0, 4], 3, 0),
        ([0, 0, 1, 1], [0, 1], 0, 2),
        ([0, 2, 2, 1], [0, 1, 2], 0, 1),
        ([5, 4, 6], [5, 6], 0, 1),
    ],
    ids=str,
)
@pytest.mark.parametrize("first", [0, 7, NUMBERS - 3])
def test_the_order_of_packets(
    came: list[int], told: list[int], lost: int, late: int, first: int
) -> None:
    found, reorder = heard(came, first)
    assert found == told
    assert (reorder.lost, reorder.late) == (lost, late)


def test_what_waits_alone_does_not_wait_for_long() -> None:
    reorder = Reorder()
    reorder.put(packet(0), 1.0)
    assert reorder.due is None
    assert reorder.put(packet(2), 1.02) == []
    assert reorder.due == pytest.approx(1.02 + PATIENCE)
    assert reorder.ready(1.07) == []
    assert reorder.ready(1.081) == [packet(2)]
    assert (reorder.due, reorder.lost) == (None, 1)


def test_nothing_waits_once_no_more_comes() -> None:
    reorder = Reorder()
    for number in (0, 2, 5):
        reorder.put(packet(number), 0.0)
    assert reorder.rest() == [packet(2), packet(5)]
    assert reorder.lost == 3


@pytest.mark.parametrize("jump", [FAR + 2, -FAR - 1, NUMBERS // 2])
def test_another_stream_begins_anew(jump: int) -> None:
    reorder = Reorder()
    reorder.put(packet(2000), 0.0)
    reorder.put(packet(2002), 0.0)
    assert reorder.put(packet(2000 + jump), 0.0) == [packet(2002), packet(2000 + jump)]
    assert reorder.put(packet(2001 + jump), 0.0) == [packet(2001 + jump)]


@pytest.mark.parametrize("seed", range(50))
def test_random_networks(seed: int) -> None:
    """Whatever is lost, doubled and moved: order holds, nothing comes twice, little is held, and
    what is neither lost nor late by three packets is heard."""
    chance = random.Random(seed)
    places = {n: n + chance.choice([0, 0, 0, 1.5, 2.5, 40]) for n in range(400)}
    gone = {n for n in places if chance.random() < 0.05}
    came = sorted((n for n in places if n not in gone), key=lambda n: (places[n], n))
    reorder = Reorder()
    told: list[int] = []
    for turn, number in enumerate(came):
        told += [each.sequence for each in reorder.put(packet(number), turn * 0.02)]
        assert len(reorder.held) < 3
    told += [each.sequence for each in reorder.rest()]
    assert told == sorted(set(told))
    begin = told[0]
    assert {n for n in came if places[n] == n and n >= begin} <= set(told)
