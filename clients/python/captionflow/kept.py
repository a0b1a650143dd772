"""Audio that the server may ask for again. Bounded; pure: no socket, no clock."""

from collections import deque


class Kept:
    """Bytes from position `start` to position `end`, in the pieces that they came in."""

    def __init__(self, limit: int) -> None:
        """limit: bytes at most."""
        self.limit = limit
        self.start = 0
        self.end = 0
        self._pieces: deque[bytes] = deque()

    def room(self, size: int, received: int) -> bool:
        """Whether so much more can be kept without losing what the server does not have."""
        return self.end + size - max(self.start, min(received, self.end)) <= self.limit

    def add(self, data: bytes) -> None:
        """The next bytes. Where there is no room for all, the oldest go."""
        self._pieces.append(data)
        self.end += len(data)
        while self.end - self.start > self.limit and len(self._pieces) > 1:
            self._drop()

    def free(self, upto: int) -> None:
        """Nobody will ask for what lies before this position."""
        while self._pieces and self.start + len(self._pieces[0]) <= upto:
            self._drop()

    def at(self, pos: int, most: int) -> bytes:
        """Bytes from a kept position on, at most so many, and of one piece only."""
        end = self.end
        for piece in reversed(self._pieces):  # what is asked for is nearly always the newest
            begin = end - len(piece)
            if begin <= pos < end:
                return piece[pos - begin : pos - begin + most]
            end = begin
        return b""

    def _drop(self) -> None:
        self.start += len(self._pieces.popleft())
