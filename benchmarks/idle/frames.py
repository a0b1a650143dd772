"""What a client sends in a room where nobody speaks. Pure, seeded.

The noise of a room is no digital silence and no white hiss: most of it is deep, and it drifts.
"""

import numpy as np
from numpy.typing import NDArray

from benchmarks.run.drive import FRAME
from benchmarks.speech.corpus import RATE

DRIFT = 3.0  # dB that the level rises and falls by
PERIOD = 7.0  # seconds in which it does
DEEP = 0.9  # share of a sample that stays in the next: 6 dB less an octave above 300 Hz
WARM = 256  # samples after which that filter has forgotten its beginning


def room(seconds: float, level: float, seed: int) -> NDArray[np.int16]:
    """16-bit samples at RATE, whole messages of them. level: RMS in dB under full scale."""
    count = round(seconds * RATE / FRAME) * FRAME
    white = np.random.default_rng(seed).standard_normal(count + WARM)
    # The filter as a product: its memory of WARM samples back is beyond 16 bits.
    noise = np.convolve(white, DEEP ** np.arange(WARM))[WARM : WARM + count]
    noise /= np.sqrt(np.mean(noise**2))
    drift = DRIFT * np.sin(2 * np.pi * np.arange(count) / RATE / PERIOD)
    loud = 32_768 * 10 ** ((level + drift) / 20)
    samples: NDArray[np.int16] = np.clip(noise * loud, -32_768, 32_767).astype(np.int16)
    return samples


def messages(samples: NDArray[np.int16]) -> list[bytes]:
    """The audio of single messages of FRAME samples."""
    return [piece.tobytes() for piece in samples.reshape(-1, FRAME)]
