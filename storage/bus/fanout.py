"""From channels to their subscribers in this process. Waits for none of them."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterable

from storage.bus.port import BUFFER, AtOnce, Lagging, Message


class Subscription(AsyncIterator[Message]):
    """One subscriber's messages, in order and each number once."""

    def __init__(
        self,
        channel: str,
        after: int | None,
        recent: int = 0,
        at_once: AtOnce | None = None,
    ) -> None:
        """recent: how many of those that are kept it gets first if `after` is None."""
        self.channel = channel
        self.at_once = at_once
        self.last = after  # the greatest number given or waiting; None: none yet
        self.recent = recent
        self.begun = asyncio.Event()  # nothing said from now on is missed
        self._waiting: deque[Message] = deque()
        self._cut = False
        self._arrival = asyncio.Event()

    def put(self, message: Message) -> None:
        """Never waits; cuts the subscriber off when too much waits for it."""
        if message.seq is not None:
            if message.seq <= (self.last or 0):
                return
            self.last = message.seq
        if self.at_once and not (self._waiting or self._cut) and self.at_once(message):
            return
        if len(self._waiting) >= BUFFER:
            self._cut = True
            self._waiting.clear()
        if not self._cut:
            self._waiting.append(message)
        self._arrival.set()

    async def __anext__(self) -> Message:
        """Raises Lagging."""
        while not self._waiting:
            if self._cut:
                raise Lagging(f"more than {BUFFER} messages of {self.channel} waited")
            self._arrival.clear()
            await self._arrival.wait()
        return self._waiting.popleft()


class Fanout:
    def __init__(self) -> None:
        self._channels: dict[str, set[Subscription]] = defaultdict(set)

    def add(self, subscription: Subscription) -> None:
        self._channels[subscription.channel].add(subscription)

    def remove(self, subscription: Subscription) -> bool:
        """True when it was the last of its channel."""
        left = self._channels[subscription.channel]
        left.discard(subscription)
        if not left:
            del self._channels[subscription.channel]
        return not left

    def channels(self) -> list[str]:
        return list(self._channels)

    def of(self, channel: str) -> list[Subscription]:
        return list(self._channels.get(channel, ()))

    def put(self, channel: str, messages: Iterable[Message]) -> None:
        """In order, to all that listen there."""
        subscriptions = self.of(channel)
        for message in messages:
            for subscription in subscriptions:
                subscription.put(message)
