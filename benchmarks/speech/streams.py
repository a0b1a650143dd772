"""Joins utterances to streams of continuous talk with exact word times. Pure, seeded."""

import random
from collections.abc import Iterator, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from benchmarks.speech.corpus import RATE, CorpusError, Item, read_audio
from benchmarks.speech.normalise import Spoken, Token, timed

GAP = 0.8  # seconds of room noise before, between and after utterances
ROOM = 0.00025  # RMS of that noise, -72 dBFS: a quiet room, not digital silence
LONG = 20.0  # seconds; longer recordings are cut at pauses, so that streams differ
PAUSE = 0.6  # seconds between words at which a long recording may be cut: sentences, not commas
PIECE = 5.0  # seconds that a piece of a long recording lasts at least


class Utterance(Struct, frozen=True):
    """What is said in one go; word times count from its own beginning."""

    id: str
    audio: NDArray[np.float32]
    words: tuple[Spoken, ...]

    @property
    def seconds(self) -> float:
        return len(self.audio) / RATE


class Stream(Struct, frozen=True):
    """What one client plays: 16-bit samples at RATE, and when each word of it is spoken."""

    index: int
    samples: NDArray[np.int16]
    words: tuple[Spoken, ...]  # as written, for those who want to read it
    tokens: tuple[Token, ...]  # normalised, utterance by utterance
    sources: tuple[str, ...]

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


def load(items: Sequence[Item]) -> list[Utterance]:
    """All utterances of the recordings, long recordings cut at pauses."""
    return [piece for item in items for piece in cut(item, read_audio(item))]


def cut(item: Item, audio: NDArray[np.float32]) -> Iterator[Utterance]:
    """The recording whole, or in pieces of PIECE seconds and more when it is long."""
    edges = [0.0, *(_pauses(item.words) if len(audio) > LONG * RATE else ()), len(audio) / RATE]
    for start, end in zip(edges, edges[1:], strict=False):
        words = tuple(
            Spoken(word.text, word.start - start, word.end - start)
            for word in item.words
            if start <= word.start < end
        )
        name = item.id if len(edges) == 2 else f"{item.id}@{start:.1f}"
        yield Utterance(name, audio[round(start * RATE) : round(end * RATE)], words)


def build(utterances: Sequence[Utterance], count: int, seconds: float, seed: int) -> list[Stream]:
    """`count` streams of at most `seconds`, the same for the same seed.

    A stream takes utterances in an order of its own, each once before any comes again, until
    the next one does not fit. Raises CorpusError when not even one fits.
    """
    room = seconds - 2 * GAP
    fitting = [utterance for utterance in utterances if utterance.seconds <= room]
    if not fitting:
        raise CorpusError(f"no utterance fits in streams of {seconds:g} s")
    return [_stream(index, fitting, seconds, f"{seed}/{index}") for index in range(count)]


def _stream(index: int, utterances: Sequence[Utterance], seconds: float, seed: str) -> Stream:
    chance = random.Random(seed)
    noise = np.random.default_rng(chance.getrandbits(64))
    audio, words, tokens, sources = [_room(noise)], list[Spoken](), list[Token](), list[str]()
    at = GAP
    for utterance in _endless(utterances, chance):
        if at + utterance.seconds + GAP > seconds:
            break
        audio += [utterance.audio, _room(noise)]
        sources.append(utterance.id)
        shifted = [Spoken(w.text, w.start + at, w.end + at) for w in utterance.words]
        words += shifted
        tokens += timed(shifted)
        at += utterance.seconds + GAP
    samples = np.clip(np.concatenate(audio) * 32_768, -32_768, 32_767).astype(np.int16)
    return Stream(index, samples, tuple(words), tuple(tokens), tuple(sources))


def _endless(utterances: Sequence[Utterance], chance: random.Random) -> Iterator[Utterance]:
    while True:
        order = list(utterances)
        chance.shuffle(order)
        yield from order


def _room(noise: np.random.Generator) -> NDArray[np.float32]:
    return (noise.standard_normal(round(GAP * RATE)) * ROOM).astype(np.float32)


def _pauses(words: Sequence[Spoken]) -> list[float]:
    """The middles of pauses that leave pieces long enough; nobody speaks across one."""
    edges: list[float] = []
    last, spoken = 0.0, 0.0
    for word in words:
        middle = (spoken + word.start) / 2
        if word.start - spoken >= PAUSE and middle - last >= PIECE:
            edges.append(middle)
            last = middle
        spoken = max(spoken, word.end)
    return edges
