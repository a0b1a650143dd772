"""The nouns that everything above shares. Imports nothing of ours and does nothing."""

from enum import IntEnum
from typing import Literal, TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
"""Samples a second of all audio inside; wires translate to and from it."""

FRAME = 512
"""Samples in one frame (32 ms): what the voice activity model takes at a time."""

Samples: TypeAlias = int
"""A point or a length on a session's clock, counted in samples at SAMPLE_RATE."""

Audio: TypeAlias = NDArray[np.float32]
"""Mono samples in -1..1 at SAMPLE_RATE, shape (n,)."""

Task = Literal["transcribe", "translate"]


class Urgency(IntEnum):
    """Who goes first when the model is free; lower goes first."""

    FINAL = 0  # an utterance has ended: never dropped
    EARLY = 1  # a closing pass begun in a pause that may yet turn out to be too short for an end
    LOOK = 2  # a caption refresh: at most one in the air for a session
    BATCH = 3  # an upload: when nothing live waits


class Word(Struct, frozen=True):
    """One word as the model wrote it.

    `text` keeps its leading space where the script has one, so the text of a
    sentence is the plain concatenation of its words.
    """

    text: str
    start: Samples
    end: Samples
    probability: float


Words: TypeAlias = tuple[Word, ...]


def text_of(words: Words) -> str:
    """The words as one readable line."""
    return "".join(word.text for word in words).strip()


class Options(Struct, frozen=True):
    """What belongs to a request and travels with it."""

    language: str | None = None  # ISO 639-1 code; None: the model detects it
    task: Task = "transcribe"
    hotwords: tuple[str, ...] = ()  # terms to expect, most important first


class Window(Struct, frozen=True):
    """Audio that the model hears in one go.

    start: where `audio` begins on the session's clock.
    audio: at most 30 s.
    """

    start: Samples
    audio: Audio
    urgency: Urgency
    options: Options = Options()

    @property
    def end(self) -> Samples:
        """Where `audio` ends on the session's clock."""
        return self.start + len(self.audio)


class Hypothesis(Struct, frozen=True):
    """What the model heard in a window; may be wrong, may change.

    words: times are on the session's clock.
    language: given or detected; None when the model could not tell.
    language_probability: 1.0 when the language was given.
    no_speech: probability that nobody spoke, 0..1.
    avg_logprob: mean log probability of the tokens.
    compression: length of the text over its zlib length; loops compress well.
    second_try: the first decode failed a guard and was done again.
    """

    words: Words
    language: str | None = None
    language_probability: float = 0.0
    no_speech: float = 0.0
    avg_logprob: float = 0.0
    compression: float = 1.0
    second_try: bool = False
