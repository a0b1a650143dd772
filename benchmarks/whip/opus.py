"""Audio as Opus packets with exact times. Knows no network.

As a browser sends a microphone: one channel, 20 ms, no error correction inside.
"""

from fractions import Fraction
from typing import TypeAlias, cast

import numpy as np
from av import AudioFrame, AudioStream, CodecContext, Packet
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from benchmarks.run.drive import FRAME
from benchmarks.speech.corpus import RATE

Opus: TypeAlias = "Packet[AudioStream]"

CLOCK = Fraction(1, 48_000)  # of Opus in RTP, whatever the rate of the audio (RFC 7587)
TICKS = 960  # of it in a packet
BITS = 32_000  # a second, as browsers have it
SPEECH = "voip"
ALONE = "lowdelay"  # of all ways of Opus the one in which a lost packet spoils no other


class Encoder:
    """A talk of 16-bit samples at RATE, FRAME of them at a time."""

    def __init__(self, way: str = SPEECH) -> None:
        codec = CodecContext.create("libopus", "w")
        assert isinstance(codec, AudioCodecContext)
        codec.bit_rate, codec.sample_rate = BITS, RATE
        codec.format, codec.layout = "s16", "mono"
        codec.time_base = Fraction(1, RATE)
        codec.options = {"application": way, "frame_duration": "20"}
        self.codec = codec
        self.count = 0  # of frames so far

    def encode(self, samples: NDArray[np.int16]) -> Opus:
        """The last frame of a talk may be shorter; it is filled with silence."""
        whole = np.zeros((1, FRAME), np.int16)
        whole[0, : len(samples)] = samples
        frame = AudioFrame.from_ndarray(whole, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self.count * FRAME, Fraction(1, RATE)
        (encoded,) = self.codec.encode(frame)
        self.count += 1
        return packet(bytes(encoded), self.count - 1)


def packet(data: bytes, count: int) -> Opus:
    """The `count`th packet of a talk, due `count` times 20 ms after the first."""
    made = cast(Opus, Packet(data))
    made.pts, made.time_base = count * TICKS, CLOCK
    return made
