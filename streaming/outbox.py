"""Events waiting for one client, and their numbers. Pure; nobody sleeps here.

A caption may be replaced by a newer one of its utterance while it waits, so it
has no number; everything else is delivered, in order, each with the next one.
"""

from collections import deque
from typing import TypeAlias

from streaming.events import Caption, Event, Segment

Numbered: TypeAlias = tuple[int | None, Event]
"""The event's sequence number, None for a caption, and the event."""


class Overflow(Exception):
    """The client does not take what it is sent."""


class Outbox:
    def __init__(self, limit: int = 10_000) -> None:
        """limit: events kept for a client that does not read."""
        self.limit = limit
        self.seq = 0
        self.waiting: deque[Numbered] = deque()

    def put(self, event: Event) -> None:
        """Raises Overflow when `limit` events wait already."""
        match event:
            case Caption(utterance):
                self._drop_stale(utterance)
            case Segment(utterance):
                self._drop_stale(utterance)
        if len(self.waiting) >= self.limit:
            raise Overflow
        self.waiting.append((self._number(event), event))

    def take(self) -> Numbered | None:
        """The next event to send."""
        return self.waiting.popleft() if self.waiting else None

    def _number(self, event: Event) -> int | None:
        if isinstance(event, Caption):
            return None
        self.seq += 1
        return self.seq

    def _drop_stale(self, utterance: int) -> None:
        """A newer caption, or the segment, says all that an unsent caption would have said."""
        for numbered in self.waiting:
            event = numbered[1]
            if isinstance(event, Caption) and event.utterance == utterance:
                self.waiting.remove(numbered)
                return
