"""Whisper by CTranslate2 behind `transcribe(batch)`; the only import of it.

Knows windows and hypotheses; who shares a batch is decided elsewhere.
"""

import re
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import tokenizers
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.tokenizer import Tokenizer
from msgspec.structs import replace
from numpy.typing import NDArray

from inference.context import FULL, HOP, bucket, context, second_context
from inference.guard import MIN_LOGPROB, compression, suspicious, token_limit, unheard
from inference.settings import ModelSettings
from inference.types import Audio, Hypothesis, Urgency, Window
from inference.words import timed

MAX_TOKENS = 448  # Whisper's decoder positions, which prompt and text share
HOTWORD_TOKENS = 100  # with more terms than this the model writes them unheard


class Decoded:
    """The decoder's answer for one window, before its words have times."""

    def __init__(self, ids: list[int], text: str, avg_logprob: float, no_speech: float) -> None:
        self.ids = ids
        self.text = text
        self.avg_logprob = avg_logprob
        self.no_speech = no_speech
        self.compression = compression(text)

    def suspicious(self, window: Window) -> bool:
        words = len(self.text.split())
        return suspicious(words, len(window.audio), self.compression, self.avg_logprob)


class Whisper:
    """One set of weights. Thread-safe: CTranslate2 runs `workers` calls side by side."""

    def __init__(self, folder: Path, settings: ModelSettings) -> None:
        self.settings = settings
        self.model = ctranslate2.models.Whisper(
            str(folder),
            device=settings.device,
            compute_type=settings.compute_type,
            inter_threads=settings.workers,
            intra_threads=settings.threads,
        )
        self.one_core = settings.device == "cpu" and settings.threads == 1
        self.multilingual: bool = self.model.is_multilingual
        self.vocabulary = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.features = FeatureExtractor(feature_size=self.model.n_mels)
        self.languages = _languages(self.vocabulary) if self.multilingual else frozenset({"en"})

    def kind(self, window: Window) -> Hashable:
        """Windows that share a batch have contexts of one bucket, one language and prompts of one
        length: CTranslate2 wants the start of transcript at one place, and aligns one language."""
        length = bucket(context(len(window.audio), window.urgency))
        return length, window.options.language, window.options.task, len(self._prompt(window))

    def transcribe(self, batch: Sequence[Window]) -> list[Hypothesis | Exception]:
        """One outcome for each window of a kind, in order; a window that fails fails alone."""
        try:
            return list(self._heard(list(batch)))
        except Exception as error:
            if len(batch) == 1:
                return [error]
            return [outcome for window in batch for outcome in self.transcribe([window])]

    def warm(self) -> None:
        """Run the usual shapes once, so that the first session pays for none of them."""
        for seconds, urgency in ((1, Urgency.LOOK), (4, Urgency.LOOK), (8, Urgency.FINAL)):
            self.transcribe([Window(0, np.zeros(seconds * 16_000, np.float32), urgency)])

    def _heard(self, windows: list[Window]) -> Iterable[Hypothesis]:
        frames = max(context(len(w.audio), w.urgency) for w in windows)
        encoded = self._encode(windows, frames)
        if windows[0].options.language is None:
            return self._heard_unknown(windows, encoded, frames)
        return self._heard_known(windows, encoded, frames)

    def _heard_unknown(
        self, windows: list[Window], encoded: ctranslate2.StorageView, frames: int
    ) -> Iterable[Hypothesis]:
        """Detect first. Rows of one language go on together, others are encoded again."""
        guesses = self._detect(encoded, len(windows))
        known = [
            replace(w, options=replace(w.options, language=code))
            for w, (code, _) in zip(windows, guesses, strict=True)
        ]
        if len({code for code, _ in guesses}) == 1:
            heard = self._heard_known(known, encoded, frames)
        else:
            heard = [one for window in known for one in self._heard([window])]
        for hypothesis, (_, probability) in zip(heard, guesses, strict=True):
            yield replace(hypothesis, language_probability=probability)

    def _detect(self, encoded: ctranslate2.StorageView, rows: int) -> list[tuple[str, float]]:
        if not self.multilingual:
            return [("en", 1.0)] * rows
        found = self.model.detect_language(encoded)
        return [(guesses[0][0].strip("<|>"), guesses[0][1]) for guesses in found]

    def _heard_known(
        self, windows: list[Window], encoded: ctranslate2.StorageView, frames: int
    ) -> Iterable[Hypothesis]:
        decoded = self._decode(windows, encoded)
        first = self._timed(windows, encoded, decoded, frames)
        for window, attempt, hypothesis in zip(windows, decoded, first, strict=True):
            if frames < FULL and attempt.suspicious(window):
                hypothesis = self._second(window, hypothesis, frames)
            if window.urgency is Urgency.BATCH:
                hypothesis = self._continued(window, hypothesis)
            yield hypothesis

    def _second(self, window: Window, first: Hypothesis, frames: int) -> Hypothesis:
        """The better of the first try and one with more context: a loop is a decoder that
        missed the end."""
        frames = second_context(frames, window.urgency)
        encoded = self._encode([window], frames)
        decoded = self._decode([window], encoded)
        (other,) = self._timed([window], encoded, decoded, frames)
        if decoded[0].suspicious(window) and other.avg_logprob < first.avg_logprob:
            other = first
        return replace(other, second_try=True)

    def _continued(self, window: Window, first: Hypothesis) -> Hypothesis:
        """With what is said after the point where the decoder stopped; a guess adds nothing."""
        start = unheard(first.words, window.end)
        if start is None:
            return first
        rest = replace(window, start=start, audio=window.audio[start - window.start :])
        (more,) = self._heard([rest])
        if more.avg_logprob < MIN_LOGPROB:
            return first
        return replace(first, words=first.words + more.words, second_try=True)

    def _encode(self, windows: list[Window], frames: int) -> ctranslate2.StorageView:
        """Row by row where one core does it: four rows of 15 s at once take 1.7 times as long."""
        mel = [self._mel(window.audio, frames)[None] for window in windows]
        if len(mel) == 1 or not self.one_core:
            return self.model.encode(ctranslate2.StorageView.from_array(np.concatenate(mel)))
        rows = [self.model.encode(ctranslate2.StorageView.from_array(row)) for row in mel]
        together = np.concatenate([np.asarray(row) for row in rows])
        return ctranslate2.StorageView.from_array(together)

    def _mel(self, audio: Audio, frames: int) -> NDArray[np.float32]:
        """Log-mel features, shape (n_mels, frames), of the audio padded with true silence."""
        silent = np.zeros(frames * HOP, np.float32)
        silent[: len(audio)] = audio[: len(silent)]
        mel: NDArray[np.float32] = self.features(silent, padding=0)
        return np.ascontiguousarray(mel[:, :frames], dtype=np.float32)

    def _decode(self, windows: list[Window], encoded: ctranslate2.StorageView) -> list[Decoded]:
        """A narrow beam for looks, a wide one for what stands."""
        prompts = [self._prompt(window) for window in windows]
        look = windows[0].urgency is Urgency.LOOK
        limit = max(token_limit(len(window.audio)) for window in windows)
        results = self.model.generate(
            encoded,
            prompts,
            beam_size=self.settings.look_beam if look else self.settings.beam,
            # CTranslate2 generates at most half of max_length, or what the prompt leaves of it.
            max_length=min(MAX_TOKENS, max(2 * limit, limit + len(prompts[0]))),
            return_scores=True,
            return_no_speech_prob=True,
        )
        return [
            self._decoded(window, result) for window, result in zip(windows, results, strict=True)
        ]

    def _decoded(self, window: Window, result: Any) -> Decoded:
        tokenizer = self._tokenizer(window)
        ids = [token for token in result.sequences_ids[0] if token < tokenizer.eot]
        return Decoded(ids, tokenizer.decode(ids), result.scores[0], result.no_speech_prob)

    def _prompt(self, window: Window) -> list[int]:
        """The terms to expect, as if they had been said before, and the task."""
        tokenizer = self._tokenizer(window)
        terms: list[int] = []
        if window.options.hotwords:
            text = " " + ", ".join(window.options.hotwords) + "."
            terms = [tokenizer.sot_prev, *tokenizer.encode(text)[:HOTWORD_TOKENS]]
        return [*terms, *tokenizer.sot_sequence, tokenizer.no_timestamps]

    def _timed(
        self,
        windows: list[Window],
        encoded: ctranslate2.StorageView,
        decoded: list[Decoded],
        frames: int,
    ) -> list[Hypothesis]:
        """Align the tokens of each window with its audio."""
        paths = self.model.align(
            encoded,
            self._tokenizer(windows[0]).sot_sequence,
            [attempt.ids for attempt in decoded],
            [min(frames, len(window.audio) // HOP) for window in windows],
        )
        return [
            self._hypothesis(window, attempt, path)
            for window, attempt, path in zip(windows, decoded, paths, strict=True)
        ]

    def _hypothesis(self, window: Window, decoded: Decoded, path: Any) -> Hypothesis:
        tokenizer = self._tokenizer(window)
        spelled, parts = tokenizer.split_to_word_tokens([*decoded.ids, tokenizer.eot])
        lengths = [len(part) for part in parts]
        words = timed(
            spelled[:-1], lengths[:-1], path.alignments, path.text_token_probs, window.start
        )
        return Hypothesis(
            words,
            tokenizer.language_code,
            1.0,
            decoded.no_speech,
            decoded.avg_logprob,
            decoded.compression,
        )

    def _tokenizer(self, window: Window) -> Tokenizer:
        language = window.options.language or "en"
        return Tokenizer(self.vocabulary, self.multilingual, window.options.task, language)


def _languages(vocabulary: tokenizers.Tokenizer) -> frozenset[str]:
    codes = (re.fullmatch(r"<\|([a-z]{2,3})\|>", token) for token in vocabulary.get_vocab())
    return frozenset(code[1] for code in codes if code)
