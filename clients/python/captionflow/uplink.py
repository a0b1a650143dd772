"""What goes up next: audio, and what is asked for in between. Pure: no socket, no clock.

After a new connection it goes back to what the server does not have, and asks again for what
was not answered.
"""

from collections import deque
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

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

ANSWERED = 1000  # orders that may have to be given again although they were answered


class Asked(Struct, frozen=True):
    """pos: of the audio after which it is to be done. quiet: the answer was told before."""

    pos: int
    order: Order
    quiet: bool = False


class Uplink:
    """sent: position up to which this connection has the audio, or a gap for it."""

    def __init__(self, limit: int) -> None:
        """limit: bytes of audio that are kept."""
        self.kept = Kept(limit)
        self.sent = 0
        self.lost = 0  # bytes that the server will never have
        self.again = False  # the server may have some of the orders already
        self._orders: list[Asked] = []  # not answered yet
        self._answered: deque[Asked] = deque(maxlen=ANSWERED)  # a server that is lost may have them
        self._next = 0  # the first of them that this connection does not have
        self._pings: deque[Ping] = deque()

    def order(self, order: Order) -> None:
        """To be done when all audio so far is there."""
        self._orders.append(Asked(self.kept.end, order))

    def ping(self, ping: Ping) -> None:
        """Goes first, and is lost with its connection."""
        self._pings.append(ping)

    def next(self, until: int, most: int) -> bytes | str | None:
        """The next message; None when all was sent, or more must wait.

        until: position up to which the server takes audio. most: bytes of audio in a message.
        """
        if self._pings:
            return encode(self._pings.popleft())
        if self._next < len(self._orders) and self._orders[self._next].pos <= self.sent:
            self._next += 1
            return encode(self._orders[self._next - 1].order)
        return self._audio(until, most)

    @property
    def idle(self) -> bool:
        """This connection has all there is."""
        return self.sent >= self.kept.end and self._next >= len(self._orders)

    def free(self, settled: int) -> None:
        """The server will never ask again for what lies before this position."""
        self.kept.free(settled)
        while self._answered and self._answered[0].pos < settled:
            self._answered.popleft()

    def rewind(self, received: int, back: bool = False) -> None:
        """Another connection: the server has all audio below this position.

        back: it knows nothing of what it was told and said after that.
        """
        if back:
            again = [replace(it, quiet=True) for it in self._answered if it.pos >= received]
            self._orders = sorted([*again, *self._orders], key=lambda it: it.pos)
            self._answered.clear()
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
        for index, each in enumerate(self._orders):
            if asked(each.order):
                self._answered.append(self._orders.pop(index))
                self._next -= index < self._next
                return not each.quiet
        return not self.again
