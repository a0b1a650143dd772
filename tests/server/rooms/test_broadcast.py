import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from inference.types import SAMPLE_RATE
from server.rooms.broadcast import Broadcast, channel
from storage.bus.local import LocalBus
from storage.bus.port import KEPT, Message, Place
from streaming.events import Caption, Ended, Event, Revised, Segment, SpeechStarted
from tests.fakes import words

S = SAMPLE_RATE
BEGUN = 1_800_000_000_000
PATIENCE = 10.0


def segment(number: int, start: int = 0) -> Segment:
    at = start or number * S
    return Segment(number, at, at + S, words(f"w{number}", at), "en", True, 0.9)


def caption(number: int, text: str) -> Caption:
    return Caption(number, (), words(text), number * S)


class AwayBus(LocalBus):
    """One that is away whenever a test wants it."""

    away = False
    tries = 0

    async def publish(self, channel: str, data: bytes, place: Place | None = None) -> int | None:
        self.tries += 1
        return None if self.away else await super().publish(channel, data, place)


class Desk:
    def __init__(self, bus: LocalBus, session: str = "s1") -> None:
        self.now = 0.0
        self.durable: int | None = None
        self.room = Broadcast(
            bus, channel("o", "r"), session, BEGUN, lambda: self.durable, lambda: self.now
        )

    def tell(self, *events: tuple[int | None, Event]) -> None:
        for seq, event in events:
            self.room.put(seq, event)


async def some(messages: AsyncIterator[Message], count: int) -> list[tuple[int | None, Any]]:
    async with asyncio.timeout(PATIENCE):
        found = [await anext(messages) for _ in range(count)]
    return [(each.seq, json.loads(each.data.split(b"data: ")[1])) for each in found]


@asynccontextmanager
async def watched(bus: LocalBus, after: int | None = 0) -> AsyncIterator[AsyncIterator[Message]]:
    async with bus.subscribe(channel("o", "r"), after) as messages:
        yield messages


async def test_captions_have_no_number_and_finals_have_that_of_their_time() -> None:
    bus = LocalBus()
    desk = Desk(bus)
    async with watched(bus) as messages, desk.room.running():
        desk.tell((None, caption(1, "w")), (1, SpeechStarted(1, 0)), (2, segment(1)))
        desk.tell((3, Revised(1, words("b"))), (4, Ended(2 * S)))
        found = await some(messages, 4)
    assert [seq for seq, _ in found] == [None, BEGUN + 2000, BEGUN + 2001, BEGUN + 2002]
    assert [said.get("text") for _, said in found] == ["w", "w1", "b", None]


async def test_a_final_waits_until_it_is_safe_and_nothing_overtakes_it() -> None:
    bus = LocalBus()
    desk = Desk(bus)
    desk.durable = 0
    async with watched(bus) as messages, desk.room.running():
        desk.tell((None, caption(1, "old")), (1, segment(1)), (None, caption(2, "x")))
        assert [said["text"] for _, said in await some(messages, 1)] == ["old"]
        desk.tell((None, caption(2, "newest")))
        desk.durable = 1
        desk.room.news.set()
        assert [said["text"] for _, said in await some(messages, 2)] == ["w1", "newest"]


async def test_what_is_told_again_is_heard_once_whoever_tells_it() -> None:
    bus = LocalBus()
    async with watched(bus) as messages:
        first = Desk(bus)
        async with first.room.running():
            first.tell((1, segment(1)), (2, segment(2)))
            await some(messages, 2)
        second = Desk(bus)
        second.room.restore([(1, segment(1))])
        async with second.room.running():
            # Heard again from the journal: under another number, and a little longer.
            second.tell((2, segment(7, 2 * S + 500)), (3, segment(8, 4 * S)))
            assert [said["seg"] for _, said in await some(messages, 1)] == [8]


async def test_after_the_bus_forgot_all_the_numbers_are_the_same() -> None:
    numbers = []
    for _ in range(2):
        bus = LocalBus()
        desk = Desk(bus)
        desk.room.restore([(1, segment(1)), (2, Revised(1, words("b"))), (3, segment(2))])
        async with watched(bus) as messages, desk.room.running():
            numbers.append([seq for seq, _ in await some(messages, 3)])
    assert numbers[0] == numbers[1]


async def test_two_who_speak_in_one_room_are_both_heard() -> None:
    bus = LocalBus()
    ann, bob = Desk(bus, "ann"), Desk(bus, "bob")
    async with watched(bus) as messages, ann.room.running(), bob.room.running():
        ann.tell((1, segment(5)))
        assert (await some(messages, 1))[0][1]["session"] == "ann"
        bob.tell((1, segment(1)))
        ((number, said),) = await some(messages, 1)
        assert said["session"] == "bob" and number == BEGUN + 6001


async def test_while_the_bus_is_away_finals_wait_and_captions_are_dropped() -> None:
    bus = AwayBus()
    bus.away = True
    desk = Desk(bus)
    async with watched(bus) as messages, desk.room.running():
        desk.tell((None, caption(1, "gone")), (1, segment(1)), (2, segment(2)))
        async with asyncio.timeout(PATIENCE):
            while bus.tries < 2:
                await asyncio.sleep(0)
        bus.away = False
        assert [said["text"] for _, said in await some(messages, 2)] == ["w1", "w2"]


async def test_what_waits_has_a_bound() -> None:
    desk = Desk(LocalBus())
    desk.tell(*((n, segment(n)) for n in range(1, KEPT + 10)))
    assert len(desk.room.waiting) == KEPT
    assert desk.room.waiting[-1][0] == KEPT + 9


async def test_nobody_waits_for_ever_for_a_bus_that_is_away() -> None:
    bus = AwayBus()
    bus.away = True
    desk = Desk(bus)
    async with asyncio.timeout(PATIENCE):
        async with desk.room.running():
            desk.tell((1, segment(1)))
    assert bus.tries > 0


async def test_what_was_said_last_is_heard_before_the_end() -> None:
    bus = LocalBus()
    desk = Desk(bus)
    async with watched(bus) as messages:
        async with desk.room.running():
            desk.tell((1, segment(1)), (2, Ended(2 * S)))
        assert [said["session"] for _, said in await some(messages, 2)] == ["s1", "s1"]


async def test_captions_rest_while_nobody_watches() -> None:
    bus = AwayBus()
    desk = Desk(bus)
    async with desk.room.running():
        for now, tries in ((0.0, 1), (0.5, 1), (1.5, 2)):
            desk.now = now
            desk.tell((None, caption(1, "a")))
            async with asyncio.timeout(PATIENCE):
                while desk.room.waiting:
                    await asyncio.sleep(0)
            assert bus.tries == tries
        desk.tell((1, segment(1)))
        async with asyncio.timeout(PATIENCE):
            while desk.room.waiting:
                await asyncio.sleep(0)
        assert bus.tries == 3, "finals are kept for who comes later"
