import pytest

from storage.bus.fanout import Fanout, Subscription
from storage.bus.port import BUFFER, Lagging, Message


def numbered(*numbers: int | None) -> list[Message]:
    return [Message(number, b"") for number in numbers]


async def test_each_number_once_and_in_order() -> None:
    subscription = Subscription("a", 3)
    for message in numbered(2, 3, 4, None, 4, 7, 5, None):
        subscription.put(message)
    assert [(await anext(subscription)).seq for _ in range(4)] == [4, None, 7, None]


async def test_what_is_taken_at_once_does_not_wait_and_nothing_overtakes() -> None:
    taken: list[int | None] = []
    full = False

    def take(message: Message) -> bool:
        if not full:
            taken.append(message.seq)
        return not full

    subscription = Subscription("a", None, at_once=take)
    for message in numbered(1, None, 1):
        subscription.put(message)
    full = True
    subscription.put(*numbered(2))
    full = False
    for message in numbered(3, 4):
        subscription.put(message)
    assert taken == [1, None]
    assert [(await anext(subscription)).seq for _ in range(3)] == [2, 3, 4]
    subscription.put(*numbered(5))
    assert taken == [1, None, 5]


async def test_a_full_buffer_cuts_off_and_keeps_nothing() -> None:
    subscription = Subscription("a", None)
    for message in numbered(*range(1, BUFFER + 5)):
        subscription.put(message)
    with pytest.raises(Lagging, match=f"{BUFFER} messages of a"):
        await anext(subscription)


async def test_who_has_gone_hears_nothing() -> None:
    fanout, one, two = Fanout(), Subscription("a", None), Subscription("a", None)
    fanout.add(one)
    fanout.add(two)
    assert not fanout.remove(one)
    fanout.put("a", numbered(1))
    fanout.put("b", numbered(1))
    assert (one.last, two.last) == (None, 1)
    assert fanout.remove(two)
    assert fanout.channels() == [] and fanout.of("a") == []
