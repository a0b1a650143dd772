"""Models of our own for tests: one that hears what a test says, one that hears how loud it is.

Both stand in for the real ones at the same port and are held to the same contract tests
(tests/inference/test_engine.py). Nothing here sleeps: a model that is to be late is held and
released by the test.
"""

import asyncio
import threading
from collections.abc import Callable, Hashable, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from inference.types import SAMPLE_RATE, Audio, Hypothesis, Samples, Window, Word, Words
from inference.vad import CONTEXT, Heard, Run

TENTH: Samples = SAMPLE_RATE // 10
"""What one character of a drawing lasts unless a test says otherwise (100 ms)."""

SPAN: Samples = 3 * TENTH
"""What one word lasts that is heard by the clock (300 ms)."""

PATIENCE = 10.0  # seconds after which a test that waits for a model has failed

_AMPLITUDE = {"#": 0.5, "~": 0.14, ".": 0.0}  # loudness: 1.0, 0.4, 0.0


def drawn(picture: str, each: Samples = TENTH) -> Audio:
    """Audio from a drawing: "#" is loud as speech, "~" doubtful, "." silent."""
    levels = np.repeat([_AMPLITUDE[mark] for mark in picture], each)
    tone = np.sin(2 * np.pi * 220 / SAMPLE_RATE * np.arange(len(levels)))
    sound: Audio = (levels * tone).astype(np.float32)
    return sound


def words(text: str, start: Samples = 0, each: Samples = SPAN, probability: float = 0.9) -> Words:
    """Words of one length, one after the other; "_" is a pause as long as a word."""
    return tuple(
        Word(f" {word}", start + i * each, start + (i + 1) * each, probability)
        for i, word in enumerate(text.split())
        if word != "_"
    )


def scripted(picture: str, text: str, each: Samples = TENTH) -> Words:
    """The words of a text laid over the loud parts of a drawing, all of one length."""
    loud, at = [], 0
    for mark, run in groupby(picture):
        length = len(list(run))
        loud += [at + i for i in range(length)] if mark == "#" else []
        at += length
    said = text.split()
    share = len(loud) // len(said)
    return tuple(
        Word(f" {word}", loud[i * share] * each, (loud[(i + 1) * share - 1] + 1) * each, 0.9)
        for i, word in enumerate(said)
    )


def loudness(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """A voice detector: how loud each frame of (n, any) is, 0..1. Speech is 1, silence 0."""
    level = np.sqrt(np.mean(np.square(frames, dtype=np.float64), axis=1)) / 0.25
    likelihoods: NDArray[np.float32] = np.minimum(level, 1.0).astype(np.float32)
    return likelihoods


async def score(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """`loudness` as a pipeline asks for it."""
    return loudness(frames)


class Loudness:
    """`loudness` in the place of Silero: an `inference.vad.Model`."""

    def hear(self, runs: Sequence[Run]) -> list[Heard]:
        return [Heard(loudness(run.frames[:, CONTEXT:]), run.state) for run in runs]


class Parrot:
    """An `inference.engine.Model` that hears what the test says. Thread-safe.

    Of its script it hears the words that lie whole in the window. Without a script it hears by
    the clock: in each loud third of a second the word " w<number>", so that
    the same audio is the same words in any window.
    """

    languages = frozenset({"en", "de", "fr"})

    def __init__(
        self,
        script: Words | None = None,
        language: str = "en",
        fails: Callable[[Window], bool] = lambda _: False,
        held: bool = False,
    ) -> None:
        """language: what it detects. fails: windows it has no answer to. held: see `hold`."""
        self.script = script
        self.language = language
        self.fails = fails
        self.passes: list[list[Window]] = []  # windows of each pass that began, in order
        self._entered = threading.Semaphore(0)
        self._gate = threading.Condition()
        self._held = held
        self._turns = 0  # passes that may go although it is held

    @property
    def windows(self) -> list[Window]:
        """Every window it was given, in order."""
        return [window for batch in self.passes for window in batch]

    def hold(self) -> None:
        """From now on a pass waits until it is released."""
        with self._gate:
            self._held, self._turns = True, 0

    def release(self, passes: int | None = None) -> None:
        """Let so many held passes go, or all of them and those to come."""
        with self._gate:
            self._held = passes is not None
            self._turns += passes or 0
            self._gate.notify_all()

    async def is_in(self, passes: int = 1) -> None:
        """Waits until so many more passes have begun."""
        for _ in range(passes):
            assert await asyncio.to_thread(self._entered.acquire, timeout=PATIENCE)

    def kind(self, window: Window) -> Hashable:
        return window.options.language, window.options.task

    def transcribe(self, batch: Sequence[Window]) -> list[Hypothesis | Exception]:
        self.passes.append(list(batch))
        self._entered.release()
        self._wait()
        return [self._outcome(window) for window in batch]

    def _wait(self) -> None:
        with self._gate:
            ready = self._gate.wait_for(lambda: not self._held or self._turns, PATIENCE)
            assert ready, "held and never released"
            self._turns -= bool(self._held)

    def _outcome(self, window: Window) -> Hypothesis | Exception:
        if window.audio.ndim != 1:
            return ValueError(f"audio has the shape {window.audio.shape}, not (n,)")
        if self.fails(window):
            return RuntimeError("told to fail")
        heard = _within(window, self._said(window))
        given = window.options.language
        return Hypothesis(
            heard,
            given or self.language,
            1.0 if given else 0.95,
            no_speech=0.0 if heard else 0.9,
            avg_logprob=-0.2,
        )

    def _said(self, window: Window) -> Words:
        return by_the_clock(window) if self.script is None else self.script


def by_the_clock(window: Window) -> Words:
    """A word for each third of a second (SPAN) of the session whose middle is loud."""
    end = window.start + len(window.audio)
    found = []
    for number in range(-(-window.start // SPAN), end // SPAN):
        middle = number * SPAN + SPAN // 2 - window.start
        if np.abs(window.audio[middle - 80 : middle + 80]).max(initial=0.0) > 0.1:
            found.append(Word(f" w{number}", number * SPAN, (number + 1) * SPAN, 0.9))
    return tuple(found)


def _within(window: Window, said: Words) -> Words:
    end = window.start + len(window.audio)
    return tuple(word for word in said if word.start >= window.start and word.end <= end)
