"""Events waiting for one client, and their numbers. Pure; nobody sleeps here.

A caption may be replaced by a newer one of its utterance while it waits, so it
has no number; everything else is delivered, in order, each with the next one,
and kept until the client says that it has it: another connection may ask again.
"""

from collections import deque
from collections.abc import Iterable
from typing import TypeAlias

from streaming.events import Caption, Event, Segment

Numbered: TypeAlias = tuple[int | None, Event]
"""The event's sequence number, None for a caption, and the event."""

OLDEST = 600.0  # seconds an event waits for the client to say that it has it


class Overflow(Exception):
    """The client does not take what it is sent, or never says so."""


class Outbox:
    def __init__(self, limit: int = 10_000, seq: int = 0) -> None:
        """limit: events kept for a client that does not read or does not say that it did.
        seq: the last number given before."""
        self.limit = limit
        self.seq = seq
        self.acked = seq  # events up to this one are not kept
        self.waiting: deque[Numbered] = deque()
        self.kept: deque[tuple[int, Event, float]] = deque()
        self.caption: Caption | None = None  # the newest, until its segment

    def restore(self, events: Iterable[tuple[int, Event]], now: float) -> None:
        """Those that another process gave, of which nobody knows who has them; in order."""
        for seq, event in events:
            self.kept.append((seq, event, now))
            self.seq = max(self.seq, seq)
        self.acked = self.kept[0][0] - 1 if self.kept else self.seq

    def put(self, event: Event, now: float = 0.0) -> int | None:
        """The number it got. now: seconds. Raises Overflow when `limit` events are kept already,
        or one that is too old; then it is not taken."""
        match event:
            case Caption(utterance):
                self._drop_stale(utterance)
                self.caption = event
            case Segment(utterance):
                self._drop_stale(utterance)
                if self.caption and self.caption.utterance <= utterance:
                    self.caption = None
        if max(len(self.waiting), len(self.kept)) >= self.limit:
            raise Overflow
        if isinstance(event, Caption):
            self.waiting.append((None, event))
            return None
        if self.kept and now - self.kept[0][2] > OLDEST:
            raise Overflow
        self.seq += 1
        self.kept.append((self.seq, event, now))
        self.waiting.append((self.seq, event))
        return self.seq

    def skip(self) -> int:
        """A number for an event that is not kept for the client any more."""
        self.seq += 1
        return self.seq

    def take(self, until: int | None = None) -> Numbered | None:
        """The next event to send; none that is numbered above `until`, but captions overtake it."""
        for index, (number, event) in enumerate(self.waiting):
            if number is None or until is None or number <= until:
                del self.waiting[index]
                return number, event
        return None

    def ack(self, seq: int) -> None:
        """The client has all events up to this one."""
        self.acked = max(self.acked, min(seq, self.seq))
        while self.kept and self.kept[0][0] <= seq:
            self.kept.popleft()

    def rewind(self, seq: int) -> bool:
        """Make all after `seq` wait again, and the newest caption: another connection has come.

        False when that is not possible, as some of them are not kept any more or never were.
        """
        if not self.acked <= seq <= self.seq:
            return False
        self.ack(seq)
        self.waiting = deque((number, event) for number, event, _ in self.kept)
        if self.caption:
            self.waiting.append((None, self.caption))
        return True

    def _drop_stale(self, utterance: int) -> None:
        """A newer caption, or the segment, says all that an unsent caption would have said."""
        for numbered in self.waiting:
            event = numbered[1]
            if isinstance(event, Caption) and event.utterance == utterance:
                self.waiting.remove(numbered)
                return
