"""One channel at the rate of the models, out of what a file holds. Pure but for what is awaited."""

from collections.abc import AsyncIterable, AsyncIterator

import numpy as np

from inference.types import Audio
from streaming.resampler import Resampler, Sound


def mixed(sound: Sound) -> Sound:
    """One channel out of many, shape (n, 1): their mean, or the loudest where they cancel.

    sound: at least one sample.
    """
    mix: Sound = sound.mean(axis=1, dtype=np.float32, keepdims=True)
    power = np.square(sound).mean(axis=0)
    # Unrelated channels keep a share of 1/n in their mean. Far less: they cancel each other.
    if np.square(mix).mean() < 0.25 * power.mean() / len(power):
        return sound[:, [power.argmax()]]
    return mix


async def heard(pieces: AsyncIterable[Sound], rate: int) -> AsyncIterator[Audio]:
    """The pieces of one recording at `rate`, mixed, as mono at SAMPLE_RATE."""
    resampler = Resampler(rate)
    async for piece in pieces:
        audio = resampler.push(mixed(piece))
        if len(audio):
            yield audio
    rest = resampler.finish()
    if len(rest):
        yield rest
