"""Where a packet's sound stands in its call, and how much silence goes before it. Pure.

Timestamps say what is missing, whether it was lost or never sent (a codec that is silent in
pauses); the clock bounds what they may say. So times of words hold whatever the network does.
"""

from inference.types import Samples
from server.webrtc.third import STEP

RATE = 48_000  # of RTP timestamps of Opus, whatever it carries
TOLERANCE = RATE // 100  # timestamps may be so far off
SLACK = RATE  # a call may be so far ahead of the clock, by timestamps alone
BACK = 10 * RATE  # timestamps that go back further than this begin anew
STILL = 1.0  # seconds without a packet after which silence is not waited for any more
BEHIND = 0.5  # seconds by which it then follows the clock, should packets come after all
STAMPS = 1 << 32


class Timeline:
    """Counts samples at RATE."""

    def __init__(self) -> None:
        self.written: Samples = 0  # sound and silence so far
        self.origin: int | None = None  # timestamp of the beginning, not wrapped
        self.last = 0  # timestamp of the last packet, not wrapped
        self.began = 0.0  # when the first packet came
        self.heard = 0.0  # when the last one came
        self.base: Samples = 0  # what was written by then

    def packet(self, timestamp: int, samples: Samples, now: float) -> Samples:
        """Silence that goes before a packet of so many samples. now: seconds."""
        if self.origin is None:
            self._begin(timestamp, now)
        silence = self._missing(self._unwrapped(timestamp), now)
        self.written += silence + samples
        self.heard, self.base = now, self.written
        return silence

    def still(self, now: float) -> Samples:
        """Silence that is due as nothing has come for long."""
        quiet = now - self.heard
        if self.origin is None or quiet < STILL:
            return 0
        silence = self.base + int((quiet - BEHIND) * RATE) - self.written
        silence = max(0, silence - silence % (RATE // 100))
        self.written += silence
        return silence

    def restart(self) -> None:
        """Another source follows, whose timestamps have nothing to do with those before."""
        self.origin = None

    def _begin(self, timestamp: int, now: float) -> None:
        self.origin, self.last = timestamp - self.written, timestamp
        if not self.written:
            self.began = now

    def _unwrapped(self, timestamp: int) -> int:
        step = (timestamp - self.last) % STAMPS
        self.last += step - (STAMPS if step >= STAMPS // 2 else 0)
        return self.last

    def _missing(self, stamp: int, now: float) -> Samples:
        assert self.origin is not None
        missing = stamp - self.origin - self.written
        most = max(0, int((now - self.began) * RATE) + SLACK - self.written)
        if missing > most or missing < -BACK:
            allowed = min(max(missing, 0), most)
            self.origin += missing - allowed
            missing = allowed
        return missing - missing % STEP if missing >= TOLERANCE else 0
