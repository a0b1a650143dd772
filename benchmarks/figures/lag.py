"""Whether a server falls behind. Pure.

Lag is the audio sent so far minus the audio that is covered: settled by the server's word, or
shown in a caption. It rises and falls with speech; over a run its slope must be 0.
"""

from collections.abc import Sequence
from statistics import linear_regression

from captionflow import AudioAck, Event, Final, Partial

from benchmarks.run.drive import StreamLog
from benchmarks.speech.corpus import RATE

FEWEST = 10  # samples, and
SHORTEST = 5.0  # seconds between the first and the last, below which a slope says nothing


def lags(log: StreamLog) -> list[tuple[float, float]]:
    """(seconds since the stream began, lag in seconds) at each event while audio is sent."""
    covered, found = 0.0, list[tuple[float, float]]()
    for one in log.seen:
        reached, since = _covers(one.event), one.at - log.began
        if reached is None or not 0 <= since <= log.stream.seconds:
            continue
        covered = max(covered, reached)
        found.append((since, since - covered))
    return found


def each_second(samples: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The worst lag of each second, which is all that a picture needs."""
    worst: dict[int, tuple[float, float]] = {}
    for at, lag in samples:
        if lag >= worst.get(int(at), (0.0, 0.0))[1]:
            worst[int(at)] = (at, lag)
    return list(worst.values())


def slope(samples: Sequence[tuple[float, float]]) -> float | None:
    """Least squares, seconds of lag a second; None when there is too little to tell."""
    if len(samples) < FEWEST or samples[-1][0] - samples[0][0] < SHORTEST:
        return None
    times, values = zip(*samples, strict=True)
    return linear_regression(times, values).slope


def _covers(event: Event) -> float | None:
    match event:
        case AudioAck(settled=settled):
            return settled / (2 * RATE)
        case Partial(end=end) | Final(end=end):
            return end
        case _:
            return None
