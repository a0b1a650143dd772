"""Which word of one text is which word of another. Pure; edit distance by rapidfuzz."""

from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein


class Place(NamedTuple):
    """Where a word of the hypothesis stands in the reference, and whether it is the same word."""

    reference: int
    equal: bool


def places(reference: Sequence[str], hypothesis: Sequence[str]) -> dict[int, Place]:
    """Hypothesis index -> place, for all words that an alignment of least edits does not insert."""
    found: dict[int, Place] = {}
    for block in Levenshtein.opcodes(reference, hypothesis):
        if block.tag in ("equal", "replace"):
            for step in range(block.src_end - block.src_start):
                place = Place(block.src_start + step, block.tag == "equal")
                found[block.dest_start + step] = place
    return found


def shown_places(shown: Sequence[str], final: Sequence[str]) -> list[int]:
    """Which words of a segment's final text an earlier caption of it already shows.

    A caption is a beginning, so it is compared with the beginning of the final that it is
    nearest to, the shortest of equals: a "the" at its end is never taken for a later "the".
    """
    if list(shown) == list(final[: len(shown)]):
        return list(range(len(shown)))
    lengths = range(len(final) + 1)
    nearest = min(lengths, key=lambda length: Levenshtein.distance(shown, final[:length]))
    aligned = places(final[:nearest], shown)
    return [place.reference for place in aligned.values() if place.equal]
