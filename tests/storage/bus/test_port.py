"""The contract: every test runs on the bus in this process and on a real server's."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from storage.bus.port import BUFFER, KEPT, Bus, Lagging, Message, Place
from tests.storage.bus.shared import PATIENCE, say


async def some(messages: AsyncIterator[Message], count: int) -> list[tuple[int | None, bytes]]:
    async with asyncio.timeout(PATIENCE):
        found = [await anext(messages) for _ in range(count)]
    return [(message.seq, message.data) for message in found]


async def test_first_what_is_kept_then_what_comes(bus: Bus) -> None:
    for seq in (1, 2, 5):
        assert await say(bus, "room", seq, b"%d" % seq) is not None
    async with bus.subscribe("room", after=1) as messages:
        await say(bus, "room", 6, b"6")
        assert await some(messages, 3) == [(2, b"2"), (5, b"5"), (6, b"6")]


async def test_without_after_only_what_comes(bus: Bus) -> None:
    await say(bus, "room", 1, b"old")
    async with bus.subscribe("room") as messages:
        await say(bus, "room", 2, b"new")
        assert await some(messages, 1) == [(2, b"new")]


async def test_without_a_number_nothing_is_kept(bus: Bus) -> None:
    await bus.publish("room", b"gone")
    async with bus.subscribe("room", after=0) as messages:
        await bus.publish("room", b"heard")
        await say(bus, "room", 1, b"one")
        await bus.publish("room", b"too")
        assert await some(messages, 3) == [(None, b"heard"), (1, b"one"), (None, b"too")]


async def test_a_number_is_heard_once(bus: Bus) -> None:
    async with bus.subscribe("room", after=0) as messages:
        for seq in (1, 2, 2, 1, 3):
            assert await say(bus, "room", seq, b"first" if seq == 3 else b"%d" % seq) is not None
        await say(bus, "room", 3, b"again")
        await say(bus, "room", 4, b"4")
        assert await some(messages, 4) == [(1, b"1"), (2, b"2"), (3, b"first"), (4, b"4")]


async def test_what_a_source_has_said_is_not_said_again(bus: Bus) -> None:
    """Whoever takes a source over may have heard it a little differently."""
    for begin, end in ((5, 10), (5, 10), (9, 12), (10, 14), (12, 13), (20, 22)):
        assert await bus.publish("room", b"%d" % begin, Place("s", begin, end, begin)) is not None
    async with bus.subscribe("room", after=0) as messages:
        assert await some(messages, 3) == [(5, b"5"), (10, b"10"), (20, b"20")]


async def test_several_sources_share_the_numbers_of_a_channel(bus: Bus) -> None:
    await say(bus, "room", 100, b"a", "ann")
    await say(bus, "room", 50, b"b", "bob")
    await say(bus, "room", 101, b"c", "ann")
    await say(bus, "room", 50, b"again", "bob")
    await say(bus, "room", 500, b"d", "bob")
    async with bus.subscribe("room", after=100) as messages:
        assert await some(messages, 3) == [(101, b"b"), (102, b"c"), (500, b"d")]


async def test_who_comes_new_hears_the_last_that_are_kept(bus: Bus) -> None:
    for seq in (3, 4, 5):
        await say(bus, "room", seq, b"%d" % seq)
    async with bus.subscribe("room", recent=2) as messages, bus.subscribe("empty", recent=2) as no:
        await say(bus, "room", 6, b"6")
        await say(bus, "empty", 1, b"1")
        assert await some(messages, 3) == [(4, b"4"), (5, b"5"), (6, b"6")]
        assert await some(no, 1) == [(1, b"1")]
    async with bus.subscribe("room", recent=KEPT) as messages:
        assert await some(messages, 4) == [(n, b"%d" % n) for n in (3, 4, 5, 6)]


async def test_who_speaks_is_told_whether_somebody_listens(bus: Bus) -> None:
    assert await bus.publish("room", b"x") == 0
    async with bus.subscribe("room"):
        assert await bus.publish("room", b"x") == 1
        assert await say(bus, "room", 1, b"x") == 1
        assert await say(bus, "room", 1, b"x") == 0


async def test_all_that_is_kept_fits_before_what_comes(bus: Bus) -> None:
    for seq in range(1, KEPT + 200):
        await say(bus, "room", seq, b"x")
    async with bus.subscribe("room", after=0) as messages:
        for seq in range(KEPT + 200, KEPT + 300):
            await say(bus, "room", seq, b"x")
        found = await some(messages, KEPT + 100)
        while found[-1][0] != KEPT + 299:
            found += await some(messages, 1)
    numbers = [seq for seq, _ in found]
    assert numbers == list(range(numbers[0] or 0, KEPT + 300))


async def test_any_bytes_pass(bus: Bus) -> None:
    data = bytes(range(256)) * 300
    async with bus.subscribe("room", after=0) as messages:
        await say(bus, "room", 1, data)
        await bus.publish("room", b"")
        await bus.publish("room", b"7:x")
        assert await some(messages, 3) == [(1, data), (None, b""), (None, b"7:x")]
    async with bus.subscribe("room", after=0) as messages:
        assert await some(messages, 1) == [(1, data)]


async def test_channels_do_not_mix_and_all_who_listen_hear(bus: Bus) -> None:
    async with (
        bus.subscribe("a", after=0) as one,
        bus.subscribe("a") as two,
        bus.subscribe("ab", after=0) as other,
    ):
        await say(bus, "a", 1, b"a")
        await say(bus, "ab", 1, b"ab")
        assert await some(one, 1) == await some(two, 1) == [(1, b"a")]
        assert await some(other, 1) == [(1, b"ab")]


async def test_who_comes_late_hears_all_of_it_among_those_who_listen(bus: Bus) -> None:
    async with bus.subscribe("room", after=0) as early:
        await say(bus, "room", 1, b"1")
        async with bus.subscribe("room", after=0) as late:
            await say(bus, "room", 2, b"2")
            assert await some(late, 2) == [(1, b"1"), (2, b"2")]
        await say(bus, "room", 3, b"3")
        assert await some(early, 3) == [(1, b"1"), (2, b"2"), (3, b"3")]


async def test_nothing_is_missed_while_others_publish(bus: Bus) -> None:
    async def talk() -> None:
        for seq in range(1, 301):
            await say(bus, "room", seq, b"x")

    async with asyncio.TaskGroup() as group:
        group.create_task(talk())
        for _ in range(5):
            async with bus.subscribe("room", after=0) as messages:
                found = await some(messages, 300)
            assert [seq for seq, _ in found] == list(range(1, 301))


async def test_who_does_not_listen_is_cut_off_and_may_come_back(bus: Bus) -> None:
    async with bus.subscribe("room", after=0) as slow, bus.subscribe("room", after=0) as quick:
        for seq in range(1, BUFFER + 2):
            await say(bus, "room", seq, b"x")
            await some(quick, 1)
        with pytest.raises(Lagging):
            await some(slow, 1)
    async with bus.subscribe("room", after=BUFFER - 1) as again:
        assert await some(again, 2) == [(BUFFER, b"x"), (BUFFER + 1, b"x")]


async def test_what_is_kept_has_a_bound(bus: Bus) -> None:
    for seq in range(1, 2 * KEPT + 1):
        await say(bus, "room", seq, b"x")
    async with bus.subscribe("room", after=2 * KEPT - KEPT) as messages:
        found = await some(messages, KEPT)
    assert [seq for seq, _ in found] == list(range(KEPT + 1, 2 * KEPT + 1))


async def test_a_limit_holds_in_its_window(bus: Bus) -> None:
    assert [await bus.take("ann", 2, 5, 600) for _ in range(3)] == [True, True, False]
    assert await bus.take("ann", 1, 5, 600)
    assert not await bus.take("ann", 1, 5, 600)
    assert await bus.take("bob", 5, 5, 600)
    assert not await bus.take("eve", 6, 5, 600)


async def test_a_window_ends(bus: Bus) -> None:
    assert await bus.take("ann", 1, 1, 0.05)
    async with asyncio.timeout(PATIENCE):
        while not await bus.take("ann", 1, 1, 0.05):
            await asyncio.sleep(0)


async def test_many_at_once_take_no_more_than_there_is(bus: Bus) -> None:
    takes = [bus.take("ann", 1, 30, 600) for _ in range(100)]
    assert sum(await asyncio.gather(*takes)) == 30


async def test_who_takes_messages_at_once_gets_each_in_order(bus: Bus) -> None:
    taken: list[bytes] = []

    def take(message: Message) -> bool:
        taken.append(message.data)
        return True

    await say(bus, "room", 1, b"1")
    async with bus.subscribe("room", after=0, at_once=take), bus.subscribe("room") as other:
        await say(bus, "room", 2, b"2")
        await bus.publish("room", b"x")
        await say(bus, "room", 3, b"3")
        async with asyncio.timeout(PATIENCE):
            assert [(await anext(other)).data for _ in range(3)] == [b"2", b"x", b"3"]
    assert taken == [b"1", b"2", b"x", b"3"]
