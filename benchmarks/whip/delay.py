"""How far the server is behind with the audio itself, as its own acknowledgements tell. Pure.

They come twice a second, and only of what is on the disk: single ones are up to half a second
late, so what counts is the middle of many.
"""

from collections.abc import Sequence
from statistics import linear_regression, median

from captionflow import AudioAck
from msgspec import Struct

from benchmarks.run.drive import StreamLog
from benchmarks.speech.corpus import RATE

BYTES = 2  # of a sample
PARTS = 3  # of a run, of which the last is compared with the first
FEWEST = 9  # acknowledgements below which nothing is said


class Growth(Struct, frozen=True):
    """usual: median delay in seconds. later: what it is in the last third more than in the first.

    slope: seconds a second, by least squares.
    """

    usual: float
    later: float
    slope: float


def delays(log: StreamLog) -> list[tuple[float, float]]:
    """(seconds since the stream began, seconds that the server is behind), while audio is sent."""
    found: list[tuple[float, float]] = []
    for one in log.seen:
        if isinstance(one.event, AudioAck):
            since = one.at - log.began
            if 0 <= since <= log.stream.seconds:
                found.append((since, since - one.event.received / (BYTES * RATE)))
    return found


def growth(found: Sequence[tuple[float, float]]) -> Growth | None:
    """None when there is too little to tell."""
    if len(found) < FEWEST:
        return None
    times, values = zip(*found, strict=True)
    third = len(values) // PARTS
    return Growth(
        usual=median(values),
        later=median(values[-third:]) - median(values[:third]),
        slope=linear_regression(times, values).slope,
    )
