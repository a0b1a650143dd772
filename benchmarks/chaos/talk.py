"""What a client of these benchmarks says, and what has to be heard of it. Pure, seeded."""

import random
from collections.abc import Iterator

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from benchmarks.chaos.tones import GAP, TONE, WORDS, text, tone
from inference.types import SAMPLE_RATE, Samples

BYTES = 2  # of a sample
NOISE = 20  # amplitude of the quiet, of 32,767: no two stretches of audio are the same
PAUSES = (16_000, 24_000)  # samples between utterances; the end of one is certain after 8,000
MOST_WORDS = 6
LATER: Samples = 5600  # how long after an utterance a flush comes, before its end is certain
FLUSHED = 0.15  # how many utterances have one after them
SPLIT = 0.1  # how many have one between two of their words


class Utterance(Struct, frozen=True):
    """What has to be one final: from the first sample of its first word to the last of its last."""

    start: Samples
    end: Samples
    text: str


class Talk(Struct, frozen=True):
    """audio: 16-bit samples at SAMPLE_RATE. flushes: positions in bytes where one is asked for."""

    audio: bytes
    utterances: tuple[Utterance, ...]
    flushes: tuple[int, ...]

    @property
    def samples(self) -> NDArray[np.int16]:
        return np.frombuffer(self.audio, "<i2")

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.utterances]


def make(name: str, seconds: float, flushing: bool = True) -> Talk:
    """At least so long. name: the same name is the same talk."""
    chance = random.Random(name)
    maker = _Maker(chance, flushing)
    while maker.at < seconds * SAMPLE_RATE:
        maker.utter()
    end = maker.at + chance.choice((0, PAUSES[0]))  # it may end in the middle of a breath
    flushes = tuple(pos for pos in maker.flushes if pos < end * BYTES)
    return Talk(maker.audio(end), tuple(maker.utterances), flushes)


class _Maker:
    def __init__(self, chance: random.Random, flushing: bool) -> None:
        self.chance = chance
        self.flushing = flushing
        self.at: Samples = 0
        self.tones: list[tuple[Samples, int]] = []
        self.utterances: list[Utterance] = []
        self.flushes: list[int] = []

    def utter(self) -> None:
        self.at += self.chance.randrange(*PAUSES, 32)
        numbers = list(self._numbers())
        cut = self._cut(len(numbers))
        for part in (numbers[:cut], numbers[cut:]):
            if part:
                self._say(part)
        if cut < len(numbers):
            self.flushes.append((self.utterances[-1].start - 32) * BYTES)
        elif self.flushing and self.chance.random() < FLUSHED:
            self.flushes.append((self.at - GAP + LATER) * BYTES)

    def _numbers(self) -> Iterator[int]:
        """The first two count the utterances, so that each text comes once in a talk."""
        count = len(self.utterances)
        first = [count // WORDS, count % WORDS]
        others = [number for number in range(WORDS) if number not in first]
        return iter(first + self.chance.sample(others, self.chance.randint(1, MOST_WORDS - 2)))

    def _cut(self, length: int) -> int:
        """After how many words there is a flush; the length when there is none.

        Both halves have to be told apart from all others: the first by its two numbers.
        """
        if not self.flushing or length < 4 or self.chance.random() >= SPLIT:
            return length
        return self.chance.randint(2, length - 1)

    def _say(self, numbers: list[int]) -> None:
        start = self.at
        for number in numbers:
            self.tones.append((self.at, number))
            self.at += TONE + GAP
        said = " ".join(map(text, numbers))
        self.utterances.append(Utterance(start, self.at - GAP, said))

    def audio(self, end: Samples) -> bytes:
        noise = np.random.default_rng(self.chance.randrange(1 << 32))
        samples = noise.integers(-NOISE, NOISE, end, np.int16, endpoint=True)
        for at, number in self.tones:
            samples[at : at + TONE] += tone(number)
        return samples.astype("<i2").tobytes()
