from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from storage.recorder import Recorder, part_of


def noise(seconds: float, rate: int = 16_000, channels: int = 1) -> NDArray[np.int16]:
    shape = (int(seconds * rate), channels)
    return np.random.default_rng(1).normal(0, 3000, shape).astype(np.int16)


def heard(path: Path) -> NDArray[np.int16]:
    read: NDArray[np.int16] = soundfile.read(path, dtype="int16", always_2d=True)[0]
    return read


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (16_000, 1), (48_000, 2)])
def test_a_recording_is_what_was_written(tmp_path: Path, rate: int, channels: int) -> None:
    audio, path = noise(1.5, rate, channels), tmp_path / "a.flac"
    recorder = Recorder(path, rate, channels)
    for begin in range(0, len(audio), 500):
        recorder.write(audio[begin : begin + 500])
    assert not path.exists()
    assert recorder.close() == recorder.close() == len(audio)
    assert np.array_equal(heard(path), audio)
    info = soundfile.info(path)
    assert (info.samplerate, info.subtype, info.frames) == (rate, "PCM_16", len(audio))
    assert not part_of(path).exists()


def test_floats_are_scaled_and_clipped(tmp_path: Path) -> None:
    with Recorder(tmp_path / "a.flac", 16_000) as recorder:
        recorder.write(np.array([0.5, -0.5, 2.0, -2.0], np.float32))
    assert heard(tmp_path / "a.flac")[:, 0].tolist() == [16384, -16384, 32767, -32768]


def test_a_recording_of_nothing_is_no_file(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.flac", 16_000)
    assert recorder.close() == recorder.close() == 0
    assert list(tmp_path.iterdir()) == []


def test_one_that_was_cut_off_has_not_its_name_yet(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.flac", 16_000)
    recorder.write(noise(1))
    assert [it.name for it in tmp_path.iterdir()] == [part_of(tmp_path / "a.flac").name]
    recorder.close()
    assert [it.name for it in tmp_path.iterdir()] == ["a.flac"]
