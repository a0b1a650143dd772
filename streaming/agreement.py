"""Which words of a look may be promised, and which may be shown. Pure.

Local agreement (Liu et al. 2020, "Low-latency sequence-to-sequence speech
recognition"; Machacek et al. 2023, Whisper-Streaming) commits what two looks
say alike. Looks a moment apart share their mistakes, so here they must lie a
while apart, and a word the model itself doubts has to wait longer.
"""

import unicodedata
from collections.abc import Callable, Iterator
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from inference.types import SAMPLE_RATE, Samples, Word, Words

RECENT = 5  # looks whose doubt about a word counts

_ENDING = ".,!?…;:。，！？、；："


class Trust(Struct, frozen=True):
    """When a word is believed. Lengths in samples, likelihoods 0..1."""

    apart: Samples = SAMPLE_RATE * 6 // 10  # new audio between two looks that confirm each other
    floor: float = 0.5  # a word less probable in any of the last looks is in doubt
    guess: float = 0.25  # a word less probable than this is a guess, and waits half as long again
    patience: Samples = SAMPLE_RATE * 2  # after so much more audio doubt is no obstacle
    show: float = 0.9  # a word heard only once is shown when it is this probable


class Hearing(Struct, frozen=True):
    """What one look heard after the committed words, and where its audio ended.

    closing: a closing pass heard it, in a pause: as good as it will ever be known.
    """

    until: Samples
    words: Words
    closing: bool = False


class Heard(Struct, frozen=True):
    """One look's vote for a word."""

    until: Samples
    probability: float


Believed: TypeAlias = Callable[[Word, list[Heard]], bool]


def spoken(text: str) -> str:
    """How a word sounds: without case and punctuation."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if c.isalnum())


class Agreement:
    """The looks at one utterance so far, compared word by word."""

    def __init__(self, trust: Trust) -> None:
        self.trust = trust
        self.hearings: list[Hearing] = []
        self.shown: Words = ()
        self.contradicted = False  # by the last look; one alone takes nothing back

    def hear(self, hearing: Hearing) -> tuple[Words, Words]:
        """Take in a look; the words that may be promised now, and those that may be shown
        after them. What was promised is no longer part of later questions."""
        old = hearing.until - self.trust.patience
        self.hearings = [each for each in self.hearings if each.until > old] + [hearing]
        sure = len(hearing.words) if hearing.closing else self._leading(hearing, self._sure)
        rest = Hearing(hearing.until, hearing.words[sure:])
        self.hearings = [Hearing(h.until, h.words[sure:]) for h in self.hearings]
        promised = hearing.words[:sure]
        before = self.shown[sure:] if alike(self.shown, promised) else ()
        self.shown = self._steady(before, rest.words[: self._leading(rest, self._showable)])
        if sure == len(hearing.words):
            promised = unpunctuated(promised)
        return promised, self.shown

    def _steady(self, before: Words, now: Words) -> Words:
        """What to show: words that were shown stay until two looks in a row say otherwise."""
        taken_back = len(now) < len(before) or not alike(before, now)
        self.contradicted = taken_back and not self.contradicted
        return before if self.contradicted else now

    def _leading(self, hearing: Hearing, believed: Believed) -> int:
        """How many words from the first on are believed."""
        for index, word in enumerate(hearing.words):
            if not believed(word, list(self._support(index))):
                return index
        return len(hearing.words)

    def _support(self, index: int) -> Iterator[Heard]:
        """The looks in a row, newest first, that heard the same word at this place."""
        newest = self.hearings[-1].words[index]
        for hearing in reversed(self.hearings):
            if len(hearing.words) <= index:
                return
            word = hearing.words[index]
            if spoken(word.text) != spoken(newest.text):
                return
            yield Heard(hearing.until, word.probability)

    def _sure(self, word: Word, support: list[Heard]) -> bool:
        now = support[0].until
        if now - support[-1].until < self.trust.apart:
            return False
        worst = min(each.probability for each in support[:RECENT])
        return now - word.end >= self._wait(worst)

    def _wait(self, probability: float) -> Samples:
        """How much audio must follow a word that is this probable."""
        if probability >= self.trust.floor:
            return 0
        patience = self.trust.patience
        return patience if probability >= self.trust.guess else patience * 3 // 2

    def _showable(self, word: Word, support: list[Heard]) -> bool:
        return len(support) > 1 or word.probability >= self.trust.show


def alike(one: Words, other: Words) -> bool:
    """True when the shorter of the two begins the longer."""
    pairs = zip(one, other, strict=False)
    return all(spoken(a.text) == spoken(b.text) for a, b in pairs)


def unpunctuated(words: Words) -> Words:
    """The words without the punctuation at their very end: it depends on what follows."""
    if not words:
        return words
    last = words[-1]
    text = last.text.rstrip(_ENDING)
    return words[:-1] + (replace(last, text=text),) if text.strip() else words
