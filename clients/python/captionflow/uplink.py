"""What goes up next: audio, and what is asked for in between. Pure: no socket, no clock.

After a new connection it goes back to what the server does not have, and asks again for what
was not answered.
"""

from collections import deque
from collections.abc import Callable

from captionflow.kept import Kept
from captionflow.protocol import (
    End,
    Ended,
    Event,
    Flush,
    Flushed,
    Ping,
    Update,
    Updated,
    encode,
    encode_audio,
    encode_gap,
)

Order = Flush | Update | End


class Uplink:
    """sent: position up to which this connection has the audio, or a gap for it."""

    def __init__(self, limit: int) -> None:
        """limit: bytes of audio that are kept."""
        self.kept = Kept(limit)
        self.sent = 0
        self.lost = 0  # bytes that the server will never have
        self.again = False  # the server may have some of the orders already
        self._orders: list[tuple[int, Order]] = []  # not answered yet, each with its position
        self._next = 0  # the first of them that this connection does not have
        self._pings: deque[Ping] = deque()

    def order(self, order: Order) -> None:
        """To be done when all audio so far is there."""
        self._orders.append((self.kept.end, order))

    def ping(self, ping: Ping) -> None:
        """Goes first, and is lost with its connection."""
        self._pings.append(ping)

    def next(self, until: int, most: int) -> bytes | str | None:
        """The next message; None when all was sent, or more must wait.

        until: position up to which the server takes audio. most: bytes of audio in a message.
        """
        if self._pings:
            return encode(self._pings.popleft())
        if self._next < len(self._orders) and self._orders[self._next][0] <= self.sent:
            self._next += 1
            return encode(self._orders[self._next - 1][1])
        return self._audio(until, most)

    @property
    def idle(self) -> bool:
        """This connection has all there is."""
        return self.sent >= self.kept.end and self._next >= len(self._orders)

    def rewind(self, received: int) -> None:
        """Another connection: the server has all audio below this position."""
        self.sent = received
        self._next = 0
        self._pings.clear()
        self.again = True

    def answered(self, event: Event) -> bool:
        """False for an answer to something that was asked for twice."""
        match event:
            case Flushed(id=id):
                return self._done(lambda order: isinstance(order, Flush) and order.id == id)
            case Updated():
                return self._done(lambda order: isinstance(order, Update))
            case Ended():
                self._orders.clear()
        return True

    def _audio(self, until: int, most: int) -> bytes | None:
        if self.sent < self.kept.start:
            position, self.sent = self.sent, self.kept.start
            self.lost += self.sent - position
            return encode_gap(position, self.sent - position)
        data = self.kept.at(self.sent, min(most, until - self.sent)) if self.sent < until else b""
        if not data:
            return None
        position, self.sent = self.sent, self.sent + len(data)
        return encode_audio(position, data)

    def _done(self, asked: Callable[[Order], bool]) -> bool:
        for index, (_, order) in enumerate(self._orders):
            if asked(order):
                del self._orders[index]
                self._next -= index < self._next
                return True
        return not self.again
