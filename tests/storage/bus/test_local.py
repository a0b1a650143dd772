import pytest

from storage.bus import local
from storage.bus.local import LocalBus
from storage.bus.port import KEPT_FOR
from tests.storage.bus.shared import say


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def kept(bus: LocalBus, channel: str) -> bool:
    async with bus.subscribe(channel, after=0) as messages:
        await bus.publish(channel, b"end")
        return (await anext(messages)).data != b"end"


async def test_what_is_silent_for_long_is_forgotten() -> None:
    clock = Clock()
    bus = LocalBus(clock)
    await say(bus, "old", 1, b"x")
    clock.now = 10
    await say(bus, "young", 1, b"x")
    clock.now = KEPT_FOR + 5
    await say(bus, "new", 1, b"x")
    assert [await kept(bus, channel) for channel in ("old", "young", "new")] == [False, True, True]


async def test_channels_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "CHANNELS", 3)
    bus = LocalBus()
    for channel in ("a", "b", "c", "d", "e"):
        await say(bus, channel, 1, b"x")
        await say(bus, "a", int.from_bytes(channel.encode(), "big"), b"x")
    assert await kept(bus, "a") and await kept(bus, "e")
    assert not await kept(bus, "b")


async def test_sources_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "SOURCES", 2)
    bus = LocalBus()
    for source, number in (("ann", 7), ("bob", 7), ("ann", 8), ("eve", 7)):
        await say(bus, "room", number, b"x", source)
    async with bus.subscribe("room", after=0) as messages:
        await say(bus, "room", 8, b"known", "ann")
        await say(bus, "room", 7, b"forgotten", "bob")
        found = [(await anext(messages)).data for _ in range(5)]
    assert found == [b"x"] * 4 + [b"forgotten"]


async def test_windows_that_have_ended_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "COUNTERS", 2)
    clock = Clock()
    bus = LocalBus(clock)
    assert await bus.take("long", 1, 1, 100)
    assert await bus.take("short", 1, 1, 1)
    clock.now = 2
    assert await bus.take("new", 1, 1, 1)
    assert not await bus.take("long", 1, 1, 100)
    assert await bus.take("short", 1, 1, 1)
