"""Logs, streams and a tiny corpus made here, with answers known by construction."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from captionflow import Final, Partial

from benchmarks.run.drive import Seen, StreamLog
from benchmarks.speech.normalise import Spoken, timed
from benchmarks.speech.streams import Stream

BEGAN = 100.0  # on the monotonic clock of the made logs


class Writer:
    """Writes the log of a stream in the order things happened; times are seconds into it."""

    def __init__(self, words, seconds=20.0):
        spoken = tuple(Spoken(*word) for word in words)
        samples = np.zeros(round(seconds * 16_000), np.int16)
        stream = Stream(0, samples, spoken, tuple(timed(spoken)), ("made",))
        self.log = StreamLog(stream, BEGAN)
        self.seq = 0

    def event(self, at, event):
        self.log.seen.append(Seen(BEGAN + at, event))

    def partial(self, at, text, stable="", seg=0, end=0.0):
        assert text.startswith(stable)
        self.event(at, Partial(seg=seg, text=text, stable=len(stable), end=end))

    def final(self, at, text, seg=0, start=0.0, end=0.0, words=(), endpoint=True):
        self.seq += 1
        self.event(at, Final(self.seq, seg, start, end, text, tuple(words), endpoint=endpoint))


@pytest.fixture
def write():
    return Writer


def save(folder: Path, id: str, words, seconds=1.5, rate=16_000, **fields):
    """Add a recording of quiet noise with a reference to the folder's manifest."""
    noise = np.random.default_rng(0).standard_normal(round(seconds * rate)) * 0.01
    soundfile.write(folder / f"{id}.flac", noise.astype(np.float32), rate)
    line = {"id": id, "file": f"{id}.flac", "language": "en", "category": "short", **fields}
    if words is not None:
        (folder / f"{id}.json").write_text(json.dumps({"words": words}))
        line["words"] = f"{id}.json"
    with (folder / "manifest.jsonl").open("a") as manifest:
        manifest.write(json.dumps(line) + "\n")


@pytest.fixture
def recording():
    return save


@pytest.fixture
def corpus_folder(tmp_path):
    """Three short recordings of two words each, one without word times, one of noise."""
    for number, pair in enumerate((("red", "fox"), ("old", "oak"), ("wet", "sand"))):
        words = [
            {"w": pair[0], "start": 0.2, "end": 0.5},
            {"w": pair[1], "start": 0.6, "end": 1.2, "end_acoustic": 0.9},
        ]
        save(tmp_path, f"pair-{number}", words, text=" ".join(pair))
    save(tmp_path, "untimed", None, text="no times")
    save(tmp_path, "noise", None, text="", category="nonspeech", language=None)
    return tmp_path
