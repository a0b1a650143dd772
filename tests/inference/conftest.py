"""The shipped recording with its exact words, and real weights, loaded once for the whole run."""

from itertools import pairwise

import pytest
from hypothesis import settings

from benchmarks.speech.corpus import SHIPPED, Item, entries, read_audio, referenced
from inference.models import folder
from inference.settings import ModelSettings
from inference.types import SAMPLE_RATE, Audio, Word, Words
from inference.whisper import Whisper

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

PAUSE = SAMPLE_RATE * 3 // 10  # between words, where the recording may be cut
SOME = 12 * SAMPLE_RATE  # about as long as a window here should be


@pytest.fixture(scope="session")
def tiny() -> Whisper:
    return Whisper(folder("tiny.en"), ModelSettings(name="tiny.en"))


@pytest.fixture(scope="session")
def base() -> Whisper:
    return Whisper(folder("base"), ModelSettings())


@pytest.fixture(scope="session")
def item() -> Item:
    (item,) = referenced(SHIPPED, entries(SHIPPED))
    return item


@pytest.fixture(scope="session")
def dialogue(item) -> Audio:
    return read_audio(item)


@pytest.fixture(scope="session")
def reference(item) -> Words:
    """The words as they were spoken, in samples."""
    return tuple(
        Word(f" {w.text}", round(w.start * SAMPLE_RATE), round(w.end * SAMPLE_RATE), 1.0)
        for w in item.words
    )


@pytest.fixture(scope="session")
def parts(reference, dialogue) -> list[tuple[int, int]]:
    """Where the recording is cut: at pauses, into parts of about SOME samples."""
    cuts = [0]
    for one, other in pairwise(reference):
        if other.start - one.end >= PAUSE and other.start - cuts[-1] >= SOME:
            cuts.append((one.end + other.start) // 2)
    return list(pairwise([*cuts, len(dialogue)]))
