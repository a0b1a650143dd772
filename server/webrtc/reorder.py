"""Packets of one stream in order again, waiting for a late one only as long as it is worth. Pure.

Takes the place of a jitter buffer. What is held is bounded in packets and in time, so nothing
that is lost makes what follows later: a gap is passed on, and others fill it (timeline.py).
"""

from msgspec import Struct

WAITING = 3  # packets that wait behind a missing one before it is given up
PATIENCE = 0.06  # seconds that the first of them waits
FAR = 1000  # a number further away than this is another stream's
NUMBERS = 1 << 16


class Packet(Struct, frozen=True):
    """sequence: 16 bits that wrap. timestamp: 32 bits that wrap, of the codec's clock."""

    sequence: int
    timestamp: int
    payload: bytes


class Reorder:
    def __init__(self) -> None:
        self.next: int | None = None  # number of the packet that is due, not wrapped
        self.held: dict[int, tuple[Packet, float]] = {}  # those that wait, and since when
        self.lost = 0  # packets that were given up
        self.late = 0  # packets that came after that, or twice

    def put(self, packet: Packet, now: float) -> list[Packet]:
        """Those that are ready, in order. now: seconds."""
        before: list[Packet] = []
        number = self._number(packet.sequence)
        if self.next is None or abs(number - self.next) > FAR:
            before = self.rest()
            self.next = number
        if number < self.next or number in self.held:
            self.late += 1
            return before
        self.held[number] = (packet, now)
        return before + self.ready(now)

    def ready(self, now: float) -> list[Packet]:
        """Those that need not wait any longer."""
        ready = self._run()
        while self.held and (len(self.held) >= WAITING or now >= self._oldest() + PATIENCE):
            self._skip()
            ready += self._run()
        return ready

    def rest(self) -> list[Packet]:
        """All that are held; nothing is waited for."""
        ready = self._run()
        while self.held:
            self._skip()
            ready += self._run()
        return ready

    @property
    def due(self) -> float | None:
        """When `ready` should be asked although nothing more has come."""
        return self._oldest() + PATIENCE if self.held else None

    def _number(self, sequence: int) -> int:
        if self.next is None:
            return sequence
        step = (sequence - self.next) % NUMBERS
        return self.next + step - (NUMBERS if step >= NUMBERS // 2 else 0)

    def _oldest(self) -> float:
        return min(since for _, since in self.held.values())

    def _skip(self) -> None:
        assert self.next is not None
        first = min(self.held)
        self.lost += first - self.next
        self.next = first

    def _run(self) -> list[Packet]:
        """Those that follow each other from the one that is due."""
        run: list[Packet] = []
        while self.next is not None and self.next in self.held:
            run.append(self.held.pop(self.next)[0])
            self.next += 1
        return run
