import pytest

from server.webrtc.outgoing import Outgoing, Overflow


def drained(queue: Outgoing) -> list[str]:
    told = []
    while (text := queue.take()) is not None:
        told.append(text)
    assert queue.size == 0
    return told


def test_messages_go_in_order() -> None:
    queue = Outgoing()
    for text in "abc":
        queue.put(text, None)
    assert drained(queue) == ["a", "b", "c"]


def test_a_caption_takes_the_place_of_the_one_before() -> None:
    queue = Outgoing()
    queue.put("one", 1)
    queue.put("final", None)
    queue.put("two", 2)
    queue.put("two, later", 2)
    assert drained(queue) == ["one", "final", "two, later"]


def test_captions_give_way_first_and_nothing_else_does() -> None:
    queue = Outgoing(most=30)
    queue.put("x" * 10, 1)
    queue.put("f" * 10, None)
    queue.put("y" * 10, 2)
    queue.put("g" * 15, None)
    assert drained(queue) == ["f" * 10, "g" * 15]
    queue.put("f" * 30, None)
    with pytest.raises(Overflow):
        queue.put("g", None)
