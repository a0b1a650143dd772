"""Length-adaptive average lagging of each utterance. Pure.

Papi et al. 2022, arXiv 2206.05807, as SimulEval computes it for speech, computation-aware:

    LAAL = 1/tau * sum over i < tau of (d_i - i * X / max(|Y|, |Y*|))

X: length of the utterance in seconds. d_i: when word i of what was heard was committed, from the
beginning of the utterance on the schedule; so computing and queueing are in it. |Y|, |Y*|: words of
the reference and of what was heard. tau: the first word that came after the utterance's end, or
the last. A first word later than X counts alone. It needs no word times, only the utterance's own.
"""

from collections.abc import Mapping, Sequence

from benchmarks.figures.alignment import Place
from benchmarks.run.drive import StreamLog


def laal(delays: Sequence[float], length: float, reference: int) -> float:
    """Of one utterance; `delays` is not empty, `length` in seconds, `reference` in words."""
    if delays[0] > length:
        return delays[0]
    ideal = length / max(len(delays), reference)
    tau = next((n for n, delay in enumerate(delays, 1) if delay >= length), len(delays))
    return sum(delay - n * ideal for n, delay in enumerate(delays[:tau])) / tau


def lagging(
    log: StreamLog, placed: Mapping[int, Place], committed: Mapping[int, float]
) -> list[float]:
    """Seconds, for each utterance of which anything was heard.

    placed: word of the transcript -> its place in the reference; what stands between two words of
    an utterance belongs to it. committed: word of the transcript -> moment.
    """
    found: list[float] = []
    for turn in log.stream.turns:
        heard = [hyp for hyp, at in placed.items() if turn.first <= at.reference < turn.last]
        if heard:
            words = range(min(heard), max(heard) + 1)
            delays = [committed[word] - log.began - turn.start for word in words]
            found.append(laal(delays, turn.end - turn.start, turn.last - turn.first))
    return found
