"""Where one sound lies in another. Pure."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Sound = NDArray[np.float32]


class Place(Struct, frozen=True):
    """offset: sample of the whole at which the part begins; may be below 0. sure: 1.0 if both are
    the same but for their loudness, 0.0 if they have nothing in common.
    """

    offset: int
    sure: float


def sound(samples: NDArray[np.int16]) -> Sound:
    return samples.astype(np.float32) / np.float32(32_768)


def find(whole: Sound, part: Sound) -> Place:
    """By the highest correlation of all offsets."""
    size = 1 << (len(whole) + len(part) - 1).bit_length()
    spectrum = np.fft.rfft(whole, size) * np.conj(np.fft.rfft(part, size))
    likeness = np.fft.irfft(spectrum, size)
    best = int(likeness.argmax())
    offset = best if best < len(whole) else best - size
    one, other = _common(whole, part, offset)
    scale = float(np.sqrt(np.sum(one**2) * np.sum(other**2)))
    return Place(offset, float(np.sum(one * other)) / scale if scale else 0.0)


def _common(whole: Sound, part: Sound, offset: int) -> tuple[Sound, Sound]:
    """What lies over each other."""
    first, last = max(0, offset), min(len(whole), offset + len(part))
    return whole[first:last], part[first - offset : last - offset]
