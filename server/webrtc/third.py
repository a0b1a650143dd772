"""Sound of 48 kHz as sound of 16 kHz, at once: as many samples as there were, by three. Pure.

The session's own resampler (streaming/resampler.py) is for any two rates, and holds back up to
40 ms for it.
"""

import numpy as np
from numpy.typing import NDArray

STEP = 3
TAPS = 96  # 1 ms of delay
EDGE = 7600 / 48_000  # of what passes, in cycles for each sample; half of it is left at 7.6 kHz


def _filter() -> NDArray[np.float32]:
    at = np.arange(TAPS) - (TAPS - 1) / 2
    taps = np.sinc(2 * EDGE * at) * np.kaiser(TAPS, 6)
    scaled: NDArray[np.float32] = (taps / taps.sum()).astype(np.float32)
    return scaled


FILTER = _filter()


class Third:
    def __init__(self) -> None:
        self.before = np.zeros(TAPS - 1, np.float32)

    def push(self, sound: NDArray[np.int16]) -> NDArray[np.int16]:
        """sound: so many samples that they can be divided by STEP."""
        whole = np.concatenate([self.before, sound.astype(np.float32)])
        self.before = whole[-(TAPS - 1) :]
        passed = np.rint(np.convolve(whole, FILTER, "valid")[STEP - 1 :: STEP])
        return np.clip(passed, -(1 << 15), (1 << 15) - 1).astype("<i2")
