"""Events that wait for the program to read them. Bounded; knows no socket."""

import asyncio
from collections import deque

from captionflow.notices import Notice
from captionflow.protocol import AudioAck, Event, Partial

LIMIT = 10_000  # events; as many as a server keeps for one client


class Inbox:
    """A queue with a bound. When it is full the reader waits, and TCP tells the server.

    A newer partial of a segment, or a newer audio_ack, says all that an unread one said:
    it takes its place, so a program that reads late loses nothing and gets no backlog.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._events: deque[Event | Notice] = deque()
        self._limit = limit
        self._over = False
        self._failure: Exception | None = None
        self._changed = asyncio.Condition()

    async def put(self, event: Event | Notice) -> None:
        async with self._changed:
            self._drop_stale(event)
            await self._changed.wait_for(lambda: len(self._events) < self._limit)
            self._events.append(event)
            self._changed.notify_all()

    async def close(self, failure: Exception | None) -> None:
        """Nothing more comes; `failure` is raised once all has been read."""
        async with self._changed:
            self._over, self._failure = True, failure
            self._changed.notify_all()

    async def take(self) -> Event | Notice | None:
        """The next event; None after the last. Raises what ended the session early."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._events or self._over)
            if self._events:
                event = self._events.popleft()
                self._changed.notify_all()
                return event
        if self._failure is not None:
            raise self._failure
        return None

    def _drop_stale(self, event: Event | Notice) -> None:
        for old in self._events:
            if _replaces(event, old):
                self._events.remove(old)
                return


def _replaces(new: Event | Notice, old: Event | Notice) -> bool:
    match new, old:
        case Partial(seg=seg), Partial(seg=same):
            return seg == same
        case AudioAck(), AudioAck():
            return True
        case _:
            return False
