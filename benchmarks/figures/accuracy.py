"""Right and wrong words. Pure; word errors as `jiwer` counts them."""

from collections.abc import Iterable, Sequence

import jiwer
from captionflow import Final
from msgspec import Struct

from benchmarks.figures.alignment import places
from benchmarks.speech.normalise import Spoken, tokens

MARGIN = 0.5  # seconds; word times of references and models differ by less
REPEAT = 3  # words that said twice are a repetition; people say "no no" and "very very"
LONGEST = 80  # words of a repetition: what the longest utterance holds


class Errors(Struct, frozen=True):
    """Word errors against a reference of `words` normalised words."""

    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0
    words: int = 0

    @property
    def rate(self) -> float | None:
        """0.1 is 10 %; None without reference words."""
        wrong = self.substitutions + self.deletions + self.insertions
        return wrong / self.words if self.words else None

    def __add__(self, other: "Errors") -> "Errors":
        return Errors(
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
            self.words + other.words,
        )


def errors(reference: Sequence[str], hypothesis: Sequence[str]) -> Errors:
    """Errors between two lists of normalised words."""
    counted = jiwer.process_words(" ".join(reference), " ".join(hypothesis))
    return Errors(counted.substitutions, counted.deletions, counted.insertions, len(reference))


def duplicated(said: Sequence[str], reference: Sequence[str]) -> int:
    """Words that stand twice in a row: REPEAT or more of them, and at once the same again.

    What the reference itself says twice does not count. The longest repetition counts first.
    """
    twice = f" {' '.join(reference)} "
    count = at = 0
    while at <= len(said) - 2 * REPEAT:
        length = _repeated(said, at)
        if length and f" {' '.join(said[at : at + 2 * length])} " not in twice:
            count += length
            at += length
        else:
            at += 1
    return count


def lost(reference: Sequence[str], offline: Sequence[str], said: Sequence[str]) -> int:
    """Words of the reference that the full-context decode has right, and the transcript skips."""
    known = {place.reference for place in places(reference, offline).values() if place.equal}
    there = {place.reference for place in places(reference, said).values()}
    return len(known - there)


def words_on_nonspeech(finals: Iterable[Final], reference: Sequence[Spoken]) -> int:
    """Words of finals that stand where nobody spoke, MARGIN on both sides allowed for.

    A word counts by its middle; a final without word times counts whole, when all of it does.
    """
    count = 0
    for final in finals:
        if final.words:
            middles = [(word.start + word.end) / 2 for word in final.words]
            count += sum(_alone(middle, middle, reference) for middle in middles)
        elif _alone(final.start, final.end, reference):
            count += len(tokens(final.text))
    return count


def _repeated(said: Sequence[str], at: int) -> int:
    """How many words from `at` on come again right behind themselves; 0 when less than REPEAT."""
    for length in range(min((len(said) - at) // 2, LONGEST), REPEAT - 1, -1):
        if said[at : at + length] == said[at + length : at + 2 * length]:
            return length
    return 0


def _alone(start: float, end: float, reference: Sequence[Spoken]) -> bool:
    return not any(w.start - MARGIN <= end and start <= w.end + MARGIN for w in reference)
