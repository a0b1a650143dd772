"""Which bytes of a client's audio are new, and where they stand on the clock. Pure.

Positions count the client's own audio: bytes, or packets of Opus. Audio sent
twice is cut, audio that skips ahead is refused, and so is a client that runs
further ahead than it was told it may.
"""

from collections import deque

from inference.types import SAMPLE_RATE, Samples
from server.protocols.native.messages import BadMessage, Gap, Sound
from streaming.resampler import Format

OPUS_PACKETS = 50  # a second, at the usual 20 ms
LONGEST_GAP = 600  # seconds of silence a client may declare at once


def pace(form: Format) -> int:
    """Position units in a second of audio."""
    return OPUS_PACKETS if form.encoding == "opus" else form.rate * form.unit


class Intake:
    def __init__(self, form: Format, start: int, max_ahead: int) -> None:
        """start: position of the first audio. max_ahead: seconds a client may send beyond what
        has been acknowledged to it."""
        self.form = form
        self.pace = pace(form)
        self.start = start
        self.received = start
        self.acknowledged = start
        self.max_ahead = max_ahead
        self.heard: Samples = 0
        self.marks: deque[tuple[Samples, int]] = deque([(0, start)])

    def restore(self, received: int, heard: Samples, pos: int) -> None:
        """So much is here already; what comes after `heard`, at `pos`, is heard again."""
        self.received = self.acknowledged = received
        self.heard = heard
        self.marks = deque([(heard, pos)])

    def take(self, sound: Sound) -> bytes:
        """The part of a message that is new. Raises BadMessage."""
        self._contiguous(sound.pos)
        if self.form.encoding == "opus":
            fresh = sound.data if sound.pos == self.received else b""
            self._advance(1 if fresh else 0)
            return fresh
        self._whole(sound.pos, len(sound.data))
        fresh = sound.data[self.received - sound.pos :]
        self._advance(len(fresh))
        return fresh

    def is_new(self, sound: Sound) -> bool:
        """Whether there is anything in a message that has not come before."""
        length = 1 if self.form.encoding == "opus" else len(sound.data)
        return sound.pos + length > self.received

    def skip(self, gap: Gap) -> int:
        """How many units of silence stand for a gap. Raises BadMessage."""
        self._contiguous(gap.pos)
        self._whole(gap.pos, gap.length)
        if gap.length > LONGEST_GAP * self.pace:
            raise BadMessage(f"a gap of more than {LONGEST_GAP} seconds")
        missing = max(0, gap.pos + gap.length - self.received)
        self.received += missing
        return missing

    def end(self, pos: int) -> None:
        """Check the total that the client states."""
        if pos != self.received:
            raise BadMessage(f"end at {pos}, but {self.received} was received", 4410, "gap")

    def mark(self, heard: Samples, pos: int) -> None:
        """So many more samples came of what lies before `pos`."""
        self.heard += heard
        self.marks.append((self.heard, pos))

    def acknowledge(self, durable: int) -> int:
        """What is told to the client as received, when so much is safe."""
        self.acknowledged = max(self.acknowledged, min(durable, self.received))
        return self.acknowledged

    def forget(self, settled: Samples) -> None:
        """No position before this point will be asked for."""
        while len(self.marks) > 1 and self.marks[1][0] <= settled:
            self.marks.popleft()

    def position(self, at: Samples) -> int:
        """A point on the session's clock as a position, rounded down to whole units."""
        unit = self.form.unit
        before = self.marks[0]
        if at <= before[0]:
            return before[1]
        for mark in self.marks:
            if mark[0] > at:
                share = (at - before[0]) / (mark[0] - before[0])
                return before[1] + int((mark[1] - before[1]) * share) // unit * unit
            before = mark
        return before[1]

    def seconds(self, at: Samples) -> float:
        """A point on the clock in seconds, not beyond what was heard."""
        return min(at, self.heard) / SAMPLE_RATE

    def _contiguous(self, pos: int) -> None:
        if pos < self.start:
            raise BadMessage(f"audio at {pos} lies before the start at {self.start}")
        if pos > self.received:
            raise BadMessage(f"audio at {pos}, but only {self.received} was received", 4410, "gap")

    def _whole(self, pos: int, length: int) -> None:
        unit = self.form.unit
        if length % unit or (pos - self.start) % unit:
            raise BadMessage(f"{length} bytes at {pos} are not whole samples of {unit} bytes")

    def _advance(self, units: int) -> None:
        if self.received + units > self.acknowledged + self.max_ahead * self.pace:
            raise BadMessage(
                f"more than {self.max_ahead} s ahead of what was acknowledged",
                4429,
                "too_far_ahead",
            )
        self.received += units
