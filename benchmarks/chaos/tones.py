"""Words as tones: a word of the code is a number, and its pitch is that number. Pure.

So the audio itself says what has to be heard in it, whoever hears it and in whatever pieces.
"""

import numpy as np
from numpy.typing import NDArray

from inference.types import SAMPLE_RATE, Audio, Samples, Word, Words

WORDS = 64
"""How many there are; the text of number 7 is "w7"."""

TONE: Samples = 3840  # one word: 240 ms
GAP: Samples = 960  # quiet between two words: 60 ms
LOWEST, STEP = 400, 40  # Hz of word 0, and from one to the next: a tone of 200 ms tells 5 Hz apart
LOUD = 0.45  # amplitude; a voice detector that goes by loudness is sure of it
BLOCK: Samples = 32  # pitch apart, a tone is found in steps of 2 ms: windows begin at whole frames
THRESHOLD = 0.1  # amplitude between quiet and tone
SLACK = 2  # blocks that a tone may seem longer or shorter


def tone(number: int) -> NDArray[np.int16]:
    """A word, TONE samples."""
    pitch = LOWEST + STEP * number
    wave = np.sin(2 * np.pi * pitch / SAMPLE_RATE * np.arange(TONE))
    sound: NDArray[np.int16] = (wave * LOUD * 32_767).astype(np.int16)
    return sound


def text(number: int) -> str:
    return f"w{number}"


def heard(audio: Audio, start: Samples) -> Words:
    """The words that lie whole in the audio, which begins at `start`."""
    blocks = audio[: len(audio) // BLOCK * BLOCK].reshape(-1, BLOCK)
    loud = np.abs(blocks).max(axis=1, initial=0.0) > THRESHOLD
    turns = np.flatnonzero(np.diff(loud, prepend=False, append=False)) * BLOCK
    found = []
    for begin, end in zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True):
        if abs(end - begin - TONE) <= SLACK * BLOCK:
            number = _number(audio[begin:end])
            found.append(Word(f" {text(number)}", start + begin, start + end, 0.95))
    return tuple(found)


def _number(sound: Audio) -> int:
    """By the strongest pitch in the middle of a tone."""
    middle = sound[320:3520]
    pitch = int(np.abs(np.fft.rfft(middle)).argmax()) * SAMPLE_RATE / len(middle)
    return round((pitch - LOWEST) / STEP)
