"""A file of hours, of the utterances of a corpus. Sends nothing."""

import math
from pathlib import Path

import soundfile
from msgspec import Struct

from benchmarks.speech.corpus import RATE
from benchmarks.speech.streams import Stream

PART = 600.0  # seconds of talk, which is said again until the hours are full


class Long(Struct, frozen=True):
    """part: a file with what is said in it again and again. seconds: its length. reference: its
    normalised words."""

    path: Path
    part: Path
    seconds: float
    reference: tuple[str, ...]


def made(folder: Path, part: Stream, seconds: float) -> Long:
    """At least so long, in FLAC; a part in memory at a time."""
    times = math.ceil(seconds / part.seconds)
    words = tuple(token.text for token in part.tokens)
    once = _written(folder / "part.flac", part, 1)
    return Long(
        _written(folder / "long.flac", part, times), once, times * part.seconds, words * times
    )


def _written(path: Path, part: Stream, times: int) -> Path:
    with soundfile.SoundFile(path, "w", RATE, 1, format="FLAC", subtype="PCM_16") as file:
        for _ in range(times):
            file.write(part.samples)
    return path
