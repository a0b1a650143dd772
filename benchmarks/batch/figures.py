"""From what was heard to figures: speed, errors and memory of each contender. Pure."""

from collections.abc import Sequence
from statistics import median

from msgspec import Struct

from benchmarks.batch.contenders import Contender
from benchmarks.batch.files import Recording
from benchmarks.batch.job import Answer
from benchmarks.batch.run import Turn
from benchmarks.figures.accuracy import Errors, errors
from benchmarks.speech.normalise import tokens


class Figures(Struct, frozen=True):
    """One contender over all rounds and files.

    factors: of each round, seconds of work for a second of audio, all files together.
    errors: of the first round. steady: whether all rounds said the same.
    faster: times that it is faster than the quickest plain batched peer, round by round: median,
    least and most; None for want of a round with both.
    """

    contender: Contender
    factors: tuple[float, ...]
    errors: Errors | None
    steady: bool
    words: int
    loading: float | None
    rss_loaded: float | None
    rss: float | None
    faster: tuple[float, float, float] | None
    faults: tuple[str, ...]

    @property
    def factor(self) -> float | None:
        return median(self.factors) if self.factors else None


def figures(
    found: Sequence[Contender], turns: Sequence[Turn], files: Sequence[Recording]
) -> list[Figures]:
    """One for each contender, in their order. turns: a round is as many as there are contenders."""
    rounds = [turns[at : at + len(found)] for at in range(0, len(turns), len(found))]
    best = [_quickest(each, files) for each in rounds]
    return [_figures(one, rounds, files, best) for one in found]


def _figures(
    one: Contender,
    rounds: Sequence[Sequence[Turn]],
    files: Sequence[Recording],
    best: Sequence[float | None],
) -> Figures:
    own = [next((turn for turn in each if turn.contender == one), None) for each in rounds]
    answers = [turn.answer for turn in own if turn and turn.answer]
    ratios = [
        peer / factor(turn.answer, files)
        for turn, peer in zip(own, best, strict=True)
        if turn and turn.answer and peer
    ]
    texts = {tuple(heard.text for heard in answer.heard) for answer in answers}
    return Figures(
        contender=one,
        factors=tuple(factor(answer, files) for answer in answers),
        errors=wrong(answers[0], files) if answers else None,
        steady=len(texts) < 2,
        words=sum(heard.words for heard in answers[0].heard) if answers else 0,
        loading=median(answer.loading for answer in answers) if answers else None,
        rss_loaded=max((answer.rss_loaded for answer in answers), default=None),
        rss=max((answer.rss for answer in answers), default=None),
        faster=(median(ratios), min(ratios), max(ratios)) if ratios else None,
        faults=tuple(turn.fault for turn in own if turn and turn.fault),
    )


def factor(answer: Answer, files: Sequence[Recording]) -> float:
    """Seconds of work for a second of audio."""
    return sum(heard.seconds for heard in answer.heard) / sum(file.seconds for file in files)


def wrong(answer: Answer, files: Sequence[Recording]) -> Errors:
    """Word errors of all files together."""
    return sum(
        (
            errors(file.reference, tokens(heard.text))
            for file, heard in zip(files, answer.heard, strict=True)
        ),
        Errors(),
    )


def _quickest(turns: Sequence[Turn], files: Sequence[Recording]) -> float | None:
    """The factor of the quickest batched peer of a round, as the package has it by default."""
    return min(
        (
            factor(turn.answer, files)
            for turn in turns
            if turn.contender.kind == "batched" and not turn.contender.timestamps and turn.answer
        ),
        default=None,
    )
