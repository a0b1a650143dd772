"""Joins utterances to streams of talk with exact word times. Pure, seeded."""

import random
from collections.abc import Iterator, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from benchmarks.speech.corpus import RATE, CorpusError, Item, read_audio
from benchmarks.speech.normalise import Spoken, Token, timed

GAP = 0.8  # seconds of room noise before, between and after utterances, at least
ROOM = 0.00025  # RMS of that noise, -72 dBFS: a quiet room, not digital silence
LONG = 20.0  # seconds; longer recordings are cut at pauses, so that streams differ
PAUSE = 0.6  # seconds between words at which a long recording may be cut: sentences, not commas
PIECE = 5.0  # seconds that a piece of a long recording lasts at least
WIDEST = 4.0  # times the mean that a drawn gap may have


class Utterance(Struct, frozen=True):
    """What is said in one go; word times count from its own beginning.

    timed: whether they are known. If not, each word has the times of the whole.
    """

    id: str
    audio: NDArray[np.float32]
    words: tuple[Spoken, ...]
    timed: bool = True

    @property
    def seconds(self) -> float:
        return len(self.audio) / RATE


class Turn(Struct, frozen=True):
    """An utterance of a stream: where it begins and ends, in seconds, and which tokens it has.

    over: when its last word has been spoken; `end` where that is not known.
    """

    start: float
    end: float
    over: float
    first: int
    last: int  # one beyond its last token


class Stream(Struct, frozen=True):
    """What one client plays: 16-bit samples at RATE, and when each word of it is spoken.

    timed: whether word times are known. If not, each word has those of its utterance.
    """

    index: int
    samples: NDArray[np.int16]
    words: tuple[Spoken, ...]  # as written, for those who want to read it
    tokens: tuple[Token, ...]  # normalised, utterance by utterance
    sources: tuple[str, ...]
    turns: tuple[Turn, ...] = ()
    timed: bool = True

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE

    def beginning(self, seconds: float) -> "Stream":
        """The sound of its first seconds, with nothing to be heard in it: for a warm-up."""
        return Stream(self.index, self.samples[: round(seconds * RATE)], (), (), ())


def load(items: Sequence[Item]) -> list[Utterance]:
    """All utterances of the recordings, long recordings cut at pauses."""
    return [piece for item in items for piece in cut(item, read_audio(item))]


def cut(item: Item, audio: NDArray[np.float32]) -> Iterator[Utterance]:
    """The recording whole, or in pieces of PIECE seconds and more when it is long.

    Without word times nobody knows where the pauses are, and it stays whole.
    """
    if not item.timed:
        seconds = len(audio) / RATE
        words = tuple(Spoken(word, 0.0, seconds) for word in item.text.split())
        yield Utterance(item.id, audio, words, timed=False)
        return
    edges = [0.0, *(_pauses(item.words) if len(audio) > LONG * RATE else ()), len(audio) / RATE]
    for start, end in zip(edges, edges[1:], strict=False):
        words = tuple(
            Spoken(word.text, word.start - start, word.end - start)
            for word in item.words
            if start <= word.start < end
        )
        name = item.id if len(edges) == 2 else f"{item.id}@{start:.1f}"
        yield Utterance(name, audio[round(start * RATE) : round(end * RATE)], words)


def build(
    utterances: Sequence[Utterance], count: int, seconds: float, seed: int, talk: float = 1.0
) -> list[Stream]:
    """`count` streams of at most `seconds`, the same for the same seed.

    A stream takes utterances in an order of its own, each once before any comes again, until
    the next one does not fit. talk: the share of `seconds` that they may fill; below 1 the gaps
    between them are drawn (exponential, none over WIDEST times the mean) and fill the rest.
    Raises CorpusError when not even one utterance fits.
    """
    room = seconds - 2 * GAP
    fitting = [utterance for utterance in utterances if utterance.seconds <= room]
    if not fitting:
        raise CorpusError(f"no utterance fits in streams of {seconds:g} s")
    return [_stream(index, fitting, seconds, f"{seed}/{index}", talk) for index in range(count)]


def _stream(
    index: int, utterances: Sequence[Utterance], seconds: float, seed: str, talk: float
) -> Stream:
    chance = random.Random(seed)
    noise = np.random.default_rng(chance.getrandbits(64))
    said = _said(utterances, seconds, talk, chance)
    gaps = _gaps(said, seconds, talk, random.Random(f"{seed}/gaps"))
    audio, words, tokens = [_room(noise, gaps[0])], list[Spoken](), list[Token]()
    turns = list[Turn]()
    at = gaps[0]
    for utterance, gap in zip(said, gaps[1:], strict=True):
        audio += [utterance.audio, _room(noise, gap)]
        shifted = [Spoken(w.text, w.start + at, w.end + at) for w in utterance.words]
        first, end = len(tokens), at + utterance.seconds
        words += shifted
        tokens += timed(shifted)
        over = max((word.end for word in shifted), default=end)
        turns.append(Turn(at, end, over, first, len(tokens)))
        at = end + gap
    samples = np.clip(np.concatenate(audio) * 32_768, -32_768, 32_767).astype(np.int16)
    return Stream(
        index,
        samples,
        tuple(words),
        tuple(tokens),
        tuple(utterance.id for utterance in said),
        tuple(turns),
        all(utterance.timed for utterance in said),
    )


def _said(
    utterances: Sequence[Utterance], seconds: float, talk: float, chance: random.Random
) -> list[Utterance]:
    """Until the next does not fit, or would bring the share of speech further from `talk`."""
    said, at, spoken = list[Utterance](), GAP, 0.0
    for utterance in _endless(utterances, chance):
        enough = talk < 1 and spoken + utterance.seconds / 2 > talk * seconds
        if at + utterance.seconds + GAP > seconds or (said and enough):
            break
        said.append(utterance)
        spoken += utterance.seconds
        at += utterance.seconds + GAP
    return said


def _gaps(
    said: Sequence[Utterance], seconds: float, talk: float, chance: random.Random
) -> list[float]:
    """Seconds before, between and after what is said."""
    count = len(said) + 1
    if talk >= 1:
        return [GAP] * count
    spare = seconds - sum(utterance.seconds for utterance in said) - count * GAP
    drawn = [min(chance.expovariate(1.0), WIDEST) for _ in range(count)]
    return [GAP + spare * one / sum(drawn) for one in drawn]


def _endless(utterances: Sequence[Utterance], chance: random.Random) -> Iterator[Utterance]:
    while True:
        order = list(utterances)
        chance.shuffle(order)
        yield from order


def _room(noise: np.random.Generator, seconds: float) -> NDArray[np.float32]:
    return (noise.standard_normal(round(seconds * RATE)) * ROOM).astype(np.float32)


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
