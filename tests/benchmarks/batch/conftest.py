"""Ten seconds of the shipped recording as a file, and jobs over it with small weights."""

from pathlib import Path

import pytest
import soundfile

from benchmarks.batch.contenders import Contender
from benchmarks.batch.files import Recording
from benchmarks.batch.job import Answer, Heard, Job
from benchmarks.batch.run import Turn
from benchmarks.speech.corpus import RATE, SHIPPED, entries, read_audio, referenced
from benchmarks.speech.normalise import tokens
from inference.models import folder

SECONDS = 10
OURS = Contender("captionflow")


@pytest.fixture(scope="session")
def spoken(tmp_path_factory) -> Recording:
    (item,) = referenced(SHIPPED, entries(SHIPPED))
    path = tmp_path_factory.mktemp("spoken") / "ten.wav"
    soundfile.write(path, read_audio(item)[: SECONDS * RATE], RATE, subtype="PCM_16")
    said = " ".join(word.text for word in item.words if word.end <= SECONDS)
    return Recording("ten", path, float(SECONDS), tuple(tokens(said)))


@pytest.fixture
def job(spoken):
    def made(contender=OURS, **given) -> Job:
        given = {"files": (str(spoken.path),), "warm": str(spoken.path), "cores": 1, **given}
        weights = str(folder("tiny.en"))
        return Job(contender, weights, "cpu", "int8", beam=1, language="en", **given)

    return made


@pytest.fixture
def recordings():
    """Two files of ten seconds each, in which four words are said."""
    said = (("red", "fox"), ("old", "dog"))
    return [Recording(f"f{i}", Path(f"f{i}.wav"), 10.0, words) for i, words in enumerate(said)]


@pytest.fixture
def turn():
    """A turn over both files, so many seconds each."""

    def made(contender, seconds, texts=("red fox", "old dog"), rss=100.0) -> Turn:
        heard = tuple(Heard(text, seconds, 2) for text in texts)
        return Turn(contender, Answer(heard, 1.0, 50.0, rss))

    return made
