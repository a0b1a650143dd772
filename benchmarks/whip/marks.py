"""A sound in which each packet can be told from its neighbours, and what is left of it. Pure.

Each 20 ms have a pitch of their own, drawn from a seed and never the same twice in a row. So a
recording itself says which packets are in it, each at its place, whatever fills the holes.
"""

from collections.abc import Collection
from typing import TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from benchmarks.run.drive import FRAME
from benchmarks.speech.corpus import RATE

LOWEST, STEP, PITCHES = 600, 200, 16  # Hz of the first, and from one to the next
LOUD = 0.3  # amplitude
EDGE = 40  # samples at either end of a mark in which it swells and fades, so that nothing clicks
LOOK = 160  # samples in the middle of a mark that are looked at
SURE = 0.5  # share of the energy there that has to be of the pitch
HEARD = 0.02  # amplitude below which there is nothing
SLIPS = range(0, 2 * FRAME, 8)  # samples that a recording may lag: codecs delay

Samples: TypeAlias = NDArray[np.int16]


class Found(Struct, frozen=True):
    """missing: marks that passed and are not at their place. cut: seconds of marks that passed,
    after the end of the recording. slip: samples that all lag by, about.

    kept: marks that were lost and are there all the same, which nobody can explain.
    """

    missing: tuple[int, ...]
    cut: float
    kept: tuple[int, ...]
    slip: int


def drawn(count: int, seed: int) -> NDArray[np.int64]:
    """The pitches of so many packets."""
    steps = np.random.default_rng(seed).integers(1, PITCHES, count)
    pitches: NDArray[np.int64] = np.cumsum(steps) % PITCHES
    return pitches


def sound(pitches: NDArray[np.int64]) -> Samples:
    """16-bit samples at RATE, FRAME for each pitch."""
    swell = np.minimum(1.0, (np.arange(FRAME) + 1) / EDGE)
    shape = swell * swell[::-1] * LOUD * 32_767
    waves = np.sin(2 * np.pi * np.outer(_hertz(pitches), np.arange(FRAME)) / RATE)
    samples: Samples = (waves * shape).astype(np.int16).reshape(-1)
    return samples


def find(pitches: NDArray[np.int64], recording: Samples, lost: Collection[int]) -> Found:
    """What a recording holds of the marks. lost: those whose packets did not come through."""
    count = len(pitches)
    slip = max(SLIPS, key=lambda slip: int((heard(recording[slip:], count) == pitches).sum()))
    there = heard(recording[slip:], count) == pitches
    numbers = np.arange(count)
    passed = ~np.isin(numbers, list(lost))
    inside = (numbers + 1) * FRAME <= len(recording) - slip
    end = (int(numbers[passed].max(initial=-1)) + 1) * FRAME
    return Found(
        missing=tuple(np.flatnonzero(passed & inside & ~there).tolist()),
        cut=max(0, end - len(recording)) / RATE,
        kept=tuple(np.flatnonzero(~passed & there).tolist()),
        slip=slip,
    )


def heard(samples: Samples, count: int) -> NDArray[np.int64]:
    """The pitch of each of `count` places; -1 where there is none."""
    whole = np.zeros(count * FRAME)
    part = samples[: len(whole)] / 32_768
    whole[: len(part)] = part
    start = (FRAME - LOOK) // 2
    looks = whole.reshape(count, FRAME)[:, start : start + LOOK] * np.hanning(LOOK)
    power = np.abs(looks @ _waves()) ** 2
    best = power.argmax(axis=1)
    # A pure tone under this window has all but a third of its energy in its own bin.
    share = power.max(axis=1) / np.maximum((looks**2).sum(axis=1) * LOOK / 3, 1e-12)
    loud = np.abs(looks).max(axis=1) > HEARD
    found: NDArray[np.int64] = np.where(loud & (share > SURE), best, -1)
    return found


def _waves() -> NDArray[np.complex128]:
    phase = np.outer(np.arange(LOOK), _hertz(np.arange(PITCHES))) / RATE
    waves: NDArray[np.complex128] = np.exp(-2j * np.pi * phase)
    return waves


def _hertz(pitches: NDArray[np.int64]) -> NDArray[np.int64]:
    return LOWEST + STEP * pitches
