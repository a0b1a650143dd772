"""Any common rate, width and channel count in, mono float32 at 16 kHz out. Pure."""

from collections.abc import Callable
from typing import Literal, TypeAlias, get_args

import numpy as np
import soxr
from msgspec import Struct
from numpy.typing import NDArray

from inference.types import SAMPLE_RATE, Audio

Encoding = Literal[
    "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_u8", "mulaw", "alaw", "opus"
]
ENCODINGS: tuple[str, ...] = get_args(Encoding)
RATES = (8_000, 192_000)  # lowest and highest
MOST_CHANNELS = 8

Sound: TypeAlias = NDArray[np.float32]
"""Samples in -1..1 at the sender's rate, shape (n, channels)."""


class Format(Struct, frozen=True):
    """How a sender's audio is written. `opus` is one packet a message, always at 48 kHz."""

    encoding: Encoding = "pcm_s16le"
    rate: int = SAMPLE_RATE
    channels: int = 1

    @property
    def unit(self) -> int:
        """The smallest step of a position: bytes of one sample of every channel, or one packet."""
        return _WIDTH[self.encoding] * self.channels if self.encoding != "opus" else 1


def decode(form: Format, data: bytes) -> Sound:
    """The samples in `data`, which must be a whole number of units."""
    flat = _DECODE[form.encoding](data)
    return flat.reshape(-1, form.channels)


class Resampler:
    """One stream's resampling; keeps the filter's memory between pieces."""

    def __init__(self, rate: int) -> None:
        self.stream = (
            soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="MQ")
            if rate != SAMPLE_RATE
            else None
        )

    def push(self, sound: Sound) -> Audio:
        mono = sound[:, 0] if sound.shape[1] == 1 else sound.mean(axis=1, dtype=np.float32)
        return self._through(mono, last=False)

    def finish(self) -> Audio:
        """What the filter still holds."""
        return self._through(np.zeros(0, np.float32), last=True)

    def _through(self, mono: Audio, last: bool) -> Audio:
        if self.stream is None:
            return mono
        out: Audio = self.stream.resample_chunk(mono, last=last)
        return out


def _integers(kind: str) -> Callable[[bytes], Sound]:
    scale = np.float32(1 / (1 << (8 * np.dtype(kind).itemsize - 1)))
    return lambda data: np.frombuffer(data, kind).astype(np.float32) * scale


def _s24(data: bytes) -> Sound:
    """Three bytes a sample, moved to the top of four so that the sign comes along."""
    wide = np.zeros((len(data) // 3, 4), np.uint8)
    wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
    return wide.view("<i4")[:, 0].astype(np.float32) / np.float32(1 << 31)


def _f32(data: bytes) -> Sound:
    """Floats as they are, with what is not a number or out of range made harmless."""
    sound = np.frombuffer(data, "<f4").astype(np.float32)
    return np.clip(np.nan_to_num(sound, nan=0.0, posinf=1.0, neginf=-1.0), -1.0, 1.0)


def _u8(data: bytes) -> Sound:
    return (np.frombuffer(data, np.uint8).astype(np.float32) - 128) / np.float32(128)


def _mulaw_table() -> Sound:
    """ITU-T G.711, mu-law: inverted bits, 3 of exponent, 4 of mantissa, bias 33."""
    code = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (code >> 4) & 7, (code & 15).astype(np.int32)
    size = (((mantissa << 1) + 33) << exponent) - 33
    return (np.where(code & 0x80, -size, size) / 8192).astype(np.float32)


def _alaw_table() -> Sound:
    """ITU-T G.711, A-law: every other bit inverted, 3 of exponent, 4 of mantissa."""
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, (code & 15).astype(np.int32)
    size = np.where(
        exponent == 0,
        (mantissa << 1) + 1,
        ((mantissa << 1) + 33) << np.maximum(exponent.astype(np.int32) - 1, 0),
    )
    return (np.where(code & 0x80, size, -size) / 4096).astype(np.float32)


def _looked_up(table: Sound) -> Callable[[bytes], Sound]:
    def looked(data: bytes) -> Sound:
        sound: Sound = table[np.frombuffer(data, np.uint8)]
        return sound

    return looked


_DECODE: dict[str, Callable[[bytes], Sound]] = {
    "pcm_s16le": _integers("<i2"),
    "pcm_s24le": _s24,
    "pcm_s32le": _integers("<i4"),
    "pcm_f32le": _f32,
    "pcm_u8": _u8,
    "mulaw": _looked_up(_mulaw_table()),
    "alaw": _looked_up(_alaw_table()),
}

_WIDTH: dict[str, int] = {
    "pcm_s16le": 2,
    "pcm_s24le": 3,
    "pcm_s32le": 4,
    "pcm_f32le": 4,
    "pcm_u8": 1,
    "mulaw": 1,
    "alaw": 1,
}
