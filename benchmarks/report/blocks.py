"""A run's samples in blocks that belong together, as `bootstrap` draws them. Pure.

A block is as long as an utterance is on average: results do not say which word is of which
utterance. Runs that heard the same speech share their blocks.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from rapidfuzz.distance import Levenshtein

from benchmarks.figures.metrics import StreamScore
from benchmarks.report.result import Run

Content = TypeVar("Content")


class Name(NamedTuple):
    """Which piece of which speech."""

    stream: int
    reference: str
    piece: int


def samples(
    runs: Iterable[Run], of: Callable[[StreamScore], Sequence[float]]
) -> dict[Name, list[float]]:
    """The samples of each block. of: all samples of a stream, in the order of its speech."""
    found: dict[Name, list[float]] = {}
    for score in _scores(runs):
        for name, part in zip(_names(score), _parts(of(score), _pieces(score)), strict=True):
            found.setdefault(name, []).extend(part)
    return {name: found[name] for name in sorted(found)}


def wrong_words(runs: Iterable[Run]) -> dict[Name, tuple[int, int]]:
    """(wrong words, reference words) of each block."""
    found: dict[Name, tuple[int, int]] = {}
    for score in _scores(runs):
        for name, (wrong, words) in zip(_names(score), _errors(score), strict=True):
            before = found.get(name, (0, 0))
            found[name] = (before[0] + wrong, before[1] + words)
    return {name: found[name] for name in sorted(found)}


def retractions(runs: Iterable[Run]) -> dict[Name, tuple[int, int]]:
    """(words taken back, words of finals) of each stream; a stream is one block."""
    found: dict[Name, tuple[int, int]] = {}
    for score in _scores(runs):
        name = Name(score.index, score.reference, 0)
        before = found.get(name, (0, 0))
        one = score.flicker
        found[name] = (before[0] + one.retracted, before[1] + one.shown)
    return {name: found[name] for name in sorted(found)}


def _scores(runs: Iterable[Run]) -> Iterator[StreamScore]:
    return (score for run in runs for score in run.scores)


def _pieces(score: StreamScore) -> int:
    return max(len(score.sources), 1)


def _names(score: StreamScore) -> list[Name]:
    return [Name(score.index, score.reference, piece) for piece in range(_pieces(score))]


def _parts(whole: Sequence[Content], count: int) -> Iterator[Sequence[Content]]:
    for number in range(count):
        yield whole[len(whole) * number // count : len(whole) * (number + 1) // count]


def _errors(score: StreamScore) -> list[tuple[int, int]]:
    reference, said = score.reference.split(), score.transcript.split()
    count = _pieces(score)
    wrong = [0] * len(reference)
    for edit in Levenshtein.editops(reference, said):
        if wrong:  # a word too many at the very end belongs to the last word
            wrong[min(edit.src_pos, len(wrong) - 1)] += 1
    return [(sum(part), len(part)) for part in _parts(wrong, count)]
