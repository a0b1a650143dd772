"""The bus of one node: all in this process. Not for several nodes."""

import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from msgspec import Struct

from storage.bus.fanout import Fanout, Subscription
from storage.bus.port import KEPT, KEPT_FOR, AtOnce, Message, Place

CHANNELS = 10_000  # that are kept; beyond it those that were silent longest are forgotten
SOURCES = 100  # of a channel; beyond it those that were silent longest are forgotten
COUNTERS = 100_000  # windows beyond which those that have ended are forgotten


class Channel(Struct):
    """kept: numbered messages only. heard: when the last of them was said. said: the end of what
    each source has said, silent longest first."""

    kept: deque[Message]
    heard: float
    said: OrderedDict[str, int]


class Counter(Struct):
    """What was taken in a window, and when that ends."""

    taken: int
    ends: float


class LocalBus:
    """The port `Bus`; it is never away.

    clock: seconds that only grow.
    """

    dropped = 0

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._fanout = Fanout()
        self._channels: OrderedDict[str, Channel] = OrderedDict()  # silent longest first
        self._counters: dict[str, Counter] = {}

    async def publish(self, channel: str, data: bytes, place: Place | None = None) -> int | None:
        message = self._kept(channel, data, place) if place else Message(None, data)
        if message is None:
            return 0
        self._fanout.put(channel, [message])
        return len(self._fanout.of(channel))

    @asynccontextmanager
    async def subscribe(
        self,
        channel: str,
        after: int | None = None,
        recent: int = 0,
        at_once: AtOnce | None = None,
    ) -> AsyncIterator[AsyncIterator[Message]]:
        subscription = Subscription(channel, after, recent, at_once)
        self._fanout.add(subscription)
        try:
            for message in self._before(channel, after, recent):
                subscription.put(message)
            yield subscription
        finally:
            self._fanout.remove(subscription)

    async def take(self, key: str, amount: int, most: int, window: float) -> bool:
        now = self._clock()
        counter = self._counters.get(key)
        if counter is None or counter.ends <= now:
            counter = Counter(0, now + window)
        if counter.taken + amount > most:
            return False
        counter.taken += amount
        self._counters[key] = counter
        if len(self._counters) > COUNTERS:
            self._counters = {k: c for k, c in self._counters.items() if c.ends > now}
        return True

    def _before(self, channel: str, after: int | None, recent: int) -> list[Message]:
        """What a subscriber hears first."""
        kept = list(self._channels[channel].kept) if channel in self._channels else []
        return kept[max(0, len(kept) - recent) :] if after is None else kept

    def _kept(self, channel: str, data: bytes, place: Place) -> Message | None:
        """The message with its number; None for a repetition."""
        self._forget()
        known = self._channels.setdefault(channel, Channel(deque(maxlen=KEPT), 0.0, OrderedDict()))
        if place.begin < known.said.get(place.source, 0):
            return None
        last = known.kept[-1].seq or 0 if known.kept else 0
        message = Message(max(place.number, last + 1), data)
        known.kept.append(message)
        known.heard = self._clock()
        self._channels.move_to_end(channel)
        known.said[place.source] = place.end
        known.said.move_to_end(place.source)
        if len(known.said) > SOURCES:
            known.said.popitem(last=False)
        return message

    def _forget(self) -> None:
        while self._channels:
            oldest = next(iter(self._channels))
            old = self._channels[oldest].heard <= self._clock() - KEPT_FOR
            if not old and len(self._channels) <= CHANNELS:
                return
            del self._channels[oldest]
