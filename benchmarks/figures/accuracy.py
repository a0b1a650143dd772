"""Right and wrong words. Pure; word errors as `jiwer` counts them."""

from collections.abc import Iterable, Sequence

import jiwer
from captionflow import Final
from msgspec import Struct

from benchmarks.speech.normalise import Spoken, tokens

MARGIN = 0.5  # seconds; word times of references and models differ by less


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


def _alone(start: float, end: float, reference: Sequence[Spoken]) -> bool:
    return not any(w.start - MARGIN <= end and start <= w.end + MARGIN for w in reference)
