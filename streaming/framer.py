"""Audio of any length in, whole frames out. Pure."""

import numpy as np
from numpy.typing import NDArray

from inference.types import FRAME, Audio


class Framer:
    def __init__(self) -> None:
        self.rest: Audio = np.zeros(0, np.float32)

    def push(self, audio: Audio) -> NDArray[np.float32]:
        """The frames that are complete now, shape (n, FRAME)."""
        joined = np.concatenate((self.rest, audio)) if len(self.rest) else audio
        whole = len(joined) // FRAME * FRAME
        self.rest = joined[whole:].copy()
        return joined[:whole].reshape(-1, FRAME)

    def finish(self) -> NDArray[np.float32]:
        """The last, unfinished frame filled up with silence; shape (0 or 1, FRAME)."""
        if not len(self.rest):
            return np.zeros((0, FRAME), np.float32)
        last = np.zeros((1, FRAME), np.float32)
        last[0, : len(self.rest)] = self.rest
        self.rest = self.rest[:0]
        return last
