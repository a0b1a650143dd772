"""How far the word errors of two ways to play the same speech are apart, and how sure. Pure.

Words of one utterance are wrong together, so utterances are drawn together (report/bootstrap.py).
Where nothing is wrong that tells nothing: three words of all stay open anyway, as the rule has it
for events of which none was seen.
"""

from collections.abc import Sequence

from benchmarks.figures import metrics
from benchmarks.figures.accuracy import Errors
from benchmarks.figures.metrics import StreamScore
from benchmarks.report import blocks, bootstrap
from benchmarks.report.bootstrap import Rate
from benchmarks.report.result import Run

RULE = 3  # words


def difference(
    one: Sequence[StreamScore], other: Sequence[StreamScore]
) -> tuple[float | None, float | None]:
    """Points, whichever is the larger, and how many more it may be."""
    first, second = (sum((score.errors for score in side), Errors()) for side in (one, other))
    if first.rate is None or second.rate is None:
        return None, None
    sides = [blocks.wrong_words([_run(side)]) for side in (one, other)]
    drawn = bootstrap.resamples(*sides)
    rates = [
        Rate(list(side.values())).of(counts) for side, counts in zip(sides, drawn, strict=True)
    ]
    found = bootstrap.interval((rates[1] - rates[0]) * 100)
    half = 0.0 if found is None else (found[1] - found[0]) / 2
    return abs(second.rate - first.rate) * 100, max(half, RULE / first.words * 100)


def _run(scores: Sequence[StreamScore]) -> Run:
    return Run(len(scores), True, (), metrics.figures(scores), None, tuple(scores))
