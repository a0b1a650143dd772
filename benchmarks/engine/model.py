"""Whisper with the length of its text fixed, so that only speed is measured, stage by stage.

Real weights on noise would fall silent or babble; speech of a given length has a given number
of tokens, and those are what a pass costs.
"""

import json
import time
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import TypeVar

import ctranslate2
import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from msgspec import Struct

from inference.context import HOP
from inference.types import SAMPLE_RATE, Hypothesis, Urgency, Window

TOKENS = 4.0  # a second of speech: typical English text
MAX_TOKENS = 448  # decoder positions, which prompt and text share
PROMPT = ("<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>")
END = "<|endoftext|>"

T = TypeVar("T")


class Load(Struct, frozen=True):
    """A kind of window: mel frames of context, seconds of speech in it, width of the beam."""

    name: str
    frames: int
    speech: float
    beam: int

    @property
    def tokens(self) -> int:
        return max(1, round(self.speech * TOKENS))


class Stages(Struct, frozen=True):
    """Seconds of a pass. The features are made on the processor, whatever the device."""

    features: float
    encode: float
    decode: float
    align: float

    @property
    def whole(self) -> float:
        return self.features + self.encode + self.decode + self.align


class Fixed:
    """One set of weights. Thread-safe, as CTranslate2 is."""

    def __init__(
        self, folder: Path, device: str, compute_type: str, workers: int, threads: int
    ) -> None:
        """Raises ValueError for a device or a type of numbers that is not here, RuntimeError for
        weights or libraries that cannot be loaded."""
        self.model = ctranslate2.models.Whisper(
            str(folder),
            device=device,
            compute_type=compute_type,
            inter_threads=workers,
            intra_threads=threads,
        )
        self.features = FeatureExtractor(feature_size=self.model.n_mels)
        names = _vocabulary(folder)
        self.end = names.index(END)
        self.prompt = [names.index(token) for token in PROMPT if token in names]
        if not self.model.is_multilingual:
            self.prompt = [names.index(PROMPT[0]), names.index(PROMPT[-1])]

    def run(self, load: Load, audio: Sequence[Window]) -> Stages:
        """One pass over windows of the load. Raises RuntimeError, also when memory is short."""
        mel, features = _timed(lambda: self._mel(load, audio))
        encoded, encode = _timed(lambda: self.model.encode(mel))
        texts, decode = _timed(lambda: self._decode(load, encoded, len(audio)))
        frames = [min(load.frames, len(window.audio) // HOP) for window in audio]
        _, align = _timed(lambda: self.model.align(encoded, self.prompt[:-1], texts, frames))
        return Stages(features, encode, decode, align)

    def _mel(self, load: Load, audio: Sequence[Window]) -> ctranslate2.StorageView:
        rows = np.zeros((len(audio), load.frames * HOP), np.float32)
        for row, window in zip(rows, audio, strict=True):
            row[: len(window.audio)] = window.audio[: rows.shape[1]]
        mel = np.stack([self.features(row, padding=0)[:, : load.frames] for row in rows])
        return ctranslate2.StorageView.from_array(np.ascontiguousarray(mel, np.float32))

    def _decode(self, load: Load, encoded: ctranslate2.StorageView, rows: int) -> list[list[int]]:
        # CTranslate2 generates at most half of max_length, or what the prompt leaves of it.
        found = self.model.generate(
            encoded,
            [self.prompt] * rows,
            beam_size=load.beam,
            max_length=min(MAX_TOKENS, max(2 * load.tokens, load.tokens + len(self.prompt))),
            suppress_tokens=[self.end],
        )
        return [result.sequences_ids[0] for result in found]


class Lane:
    """A `Fixed` as the engine wants its model: every window is of a load, known by its length."""

    def __init__(self, fixed: Fixed, loads: Sequence[Load]) -> None:
        self.fixed = fixed
        self.loads = {round(load.speech * SAMPLE_RATE): load for load in loads}

    def kind(self, window: Window) -> Hashable:
        return self.loads[len(window.audio)].name

    def transcribe(self, batch: Sequence[Window]) -> list[Hypothesis | Exception]:
        try:
            self.fixed.run(self.loads[len(batch[0].audio)], batch)
        except RuntimeError as error:
            return [error] * len(batch)
        return [Hypothesis(())] * len(batch)


def noise(load: Load, count: int, urgency: Urgency = Urgency.FINAL) -> list[Window]:
    """Windows as long as the speech of the load; what is in them costs nothing and is noise."""
    sounds = np.random.default_rng(count).standard_normal((count, round(load.speech * SAMPLE_RATE)))
    return [Window(0, (sound * 0.05).astype(np.float32), urgency) for sound in sounds]


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    done = work()
    return done, time.perf_counter() - began


def _vocabulary(folder: Path) -> list[str]:
    """The tokens of a model, each at the place of its number. Raises RuntimeError."""
    plain, listed = folder / "vocabulary.txt", folder / "vocabulary.json"
    if listed.exists():
        names: list[str] = json.loads(listed.read_text())
        return names
    if plain.exists():
        return plain.read_text().split("\n")
    raise RuntimeError(f"{folder} has no vocabulary")
