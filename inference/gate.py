"""Which frames of a session are plainly no speech, so that nobody need ask the model. Pure.

A frame is still when it is hardly louder than the room was while the model heard nobody, at all
pitches and at the high ones: a hum must not hide a whisper. Only a session in which nobody has
spoken for a while has still frames, and the model is asked from time to time all the same.
"""

from collections import deque
from collections.abc import Sequence
from statistics import median
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Level: TypeAlias = tuple[float, float]
"""Power of a frame, and of the steps between its samples."""

DOUBT = 0.1  # likelihood of speech from which a frame is not quiet
CALM = 32  # quiet frames in a row, about a second, before one may be still
LOUDER = 2.0  # times the power of the room (3 dB) from which a frame is not still
SLOW = 32  # frames over which the room's level is averaged
TRUST = 62  # still frames in a row, about two seconds, after which the model is asked
NOTHING = 1e-9  # power of what is silence in any room: -90 dB under full scale


class Gate:
    """What is known of one room. Numbers of Python: arrays of two are slower."""

    def __init__(self) -> None:
        self.calm = 0  # quiet frames in a row that the model heard
        self.still = 0  # frames in a row that it was not asked about
        self.quiet: deque[Level] = deque(maxlen=CALM)  # levels of the last quiet ones
        self.vouched: Level = (0.0, 0.0)  # the room's level while the model heard it
        self.room: Level = (0.0, 0.0)  # the room's level now, never above `vouched`

    def passes(self, levels: Sequence[Level]) -> bool:
        """Whether all of these frames may go unheard."""
        if self.calm < CALM or self.still >= TRUST:
            return False
        for power, steps in levels:
            if power > LOUDER * self.room[0] + NOTHING or steps > LOUDER * self.room[1] + NOTHING:
                return False
        self.still += len(levels)
        for level in levels:
            self.room = self._follow(level, 0), self._follow(level, 1)
        return True

    def _follow(self, level: Level, which: int) -> float:
        now = self.room[which] + (level[which] - self.room[which]) / SLOW
        return min(now, self.vouched[which])

    def heard(self, levels: Sequence[Level], likelihoods: Floats) -> None:
        """What the model said of frames that did not pass."""
        self.still = 0
        for level, likelihood in zip(levels, likelihoods.tolist(), strict=True):
            if likelihood >= DOUBT:
                self.calm = 0
            else:
                self.calm += 1
                self.quiet.append(level)
        if self.calm >= CALM:
            powers, steps = zip(*self.quiet, strict=True)
            self.vouched = self.room = median(powers), median(steps)


def levels(frames: Floats) -> list[Level]:
    """Of frames of shape (n, samples)."""
    steps = frames[:, 1:] - frames[:, :-1]
    powers = (np.vecdot(each, each) / frames.shape[1] for each in (frames, steps))
    return list(zip(*(power.tolist() for power in powers), strict=True))
