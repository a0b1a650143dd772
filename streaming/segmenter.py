"""Where speech starts and stops, from one likelihood a frame. Pure.

Two thresholds (hysteresis) keep doubt from starting or stopping anything. A
long utterance is allowed to end at a shorter and shorter pause.
"""

from typing import TypeAlias

from msgspec import Struct

from inference.types import FRAME, SAMPLE_RATE


def frames(milliseconds: float) -> int:
    """Whole frames in a time, at least one."""
    return max(1, round(milliseconds * SAMPLE_RATE / 1000 / FRAME))


class Started(Struct, frozen=True):
    """Speech began so many frames ago, the present one counted."""

    ago: int


class Stopped(Struct, frozen=True):
    """Speech ended so many frames ago; all of them were quiet."""

    ago: int


Turn: TypeAlias = Started | Stopped


class Segmenter:
    def __init__(
        self,
        endpoint: int,
        on: float = 0.5,
        off: float = 0.35,
        begin: int = 2,
        patient: int = frames(12_000),
        hasty: int = frames(200),
    ) -> None:
        """All lengths in frames.

        endpoint: quiet that ends an utterance. on, off: likelihoods that start speech and that
        keep it going. begin: loud frames that start an utterance. patient: after so long an
        utterance the pause that ends it shrinks from `endpoint` to `hasty` over the same time.
        """
        self.endpoint = endpoint
        self.on = on
        self.off = off
        self.begin = begin
        self.patient = patient
        self.hasty = hasty
        self.speaking = False
        self.loud = 0  # frames in a row above `on`, while waiting for speech
        self.quiet = 0  # frames in a row below `off`, while in speech
        self.length = 0  # frames since speech started

    def feed(self, likelihood: float) -> Turn | None:
        """Told the next frame, answers whether an utterance started or stopped with it."""
        return self._within(likelihood) if self.speaking else self._before(likelihood)

    @property
    def pausing(self) -> int:
        """Quiet frames since the last word of an utterance that has not stopped yet."""
        return self.quiet if self.speaking else 0

    def cut(self) -> None:
        """Forget the utterance: it was closed by somebody else. Speech going on starts anew."""
        self.speaking = False
        self.loud = 0

    def restart(self, length: int) -> None:
        """Speech goes on in an utterance that is `length` frames old."""
        self.length = length

    def _before(self, likelihood: float) -> Turn | None:
        self.loud = self.loud + 1 if likelihood >= self.on else 0
        if self.loud < self.begin:
            return None
        self.speaking, self.quiet, self.length = True, 0, self.loud
        return Started(self.loud)

    def _within(self, likelihood: float) -> Turn | None:
        self.length += 1
        self.quiet = self.quiet + 1 if likelihood < self.off else 0
        if self.quiet < self._pause():
            return None
        self.cut()
        return Stopped(self.quiet)

    def _pause(self) -> int:
        """The quiet that ends the utterance now."""
        over = min(max(self.length - self.patient, 0) / self.patient, 1.0)
        return round(self.endpoint - over * max(self.endpoint - self.hasty, 0))


def quietest(levels: list[float], width: int = 3) -> int:
    """Index of the middle of the quietest `width` frames: the best place for a forced cut."""
    if len(levels) < width:
        return len(levels) // 2
    sums = [sum(levels[i : i + width]) for i in range(len(levels) - width + 1)]
    return sums.index(min(sums)) + width // 2
