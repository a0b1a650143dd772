"""What the server has kept of a visit: sound and text, asked over HTTP."""

import asyncio
import io

import numpy as np
import soundfile
import soxr
from captionflow import ServerError
from msgspec import Struct
from numpy.typing import NDArray

from benchmarks.chaos import kept
from benchmarks.page.place import Sound, sound
from benchmarks.speech.corpus import RATE
from server.commands import ask

PATIENCE = 60.0  # seconds that recording and transcript may take to be stored


class Stored(Struct, frozen=True):
    """samples: 16 bits, at the rate of the client's own."""

    samples: NDArray[np.int16]
    rate: int
    text: str

    @property
    def sound(self) -> Sound:
        """At RATE."""
        found: Sound = soxr.resample(sound(self.samples), self.rate, RATE)
        return found


async def stored(url: str, session: str) -> Stored:
    """Raises ServerError."""
    await ask.finished(url, session, PATIENCE)
    data = await kept.downloaded(url, session)
    if data is None:
        raise ServerError("missing", f"there is no recording of {session}")
    samples, rate = await asyncio.to_thread(soundfile.read, io.BytesIO(data), dtype="int16")
    text = await ask.text(url, f"/v1/sessions/{session}/exports/txt")
    return Stored(samples, rate, text)
