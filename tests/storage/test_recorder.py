import signal
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from storage.recorder import Recorder, part_of, salvage
from tests.storage.shared import python

BLOCK = 4096  # samples a channel that libsndfile writes at a time


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


KILLED = """
import sys
from pathlib import Path
import numpy as np
from storage.recorder import Recorder

path, rate, channels = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
audio = np.random.default_rng(1).normal(0, 3000, (rate * 5, channels)).astype(np.int16)
if sys.argv[4] == "silent":
    audio[:] = 0
recorder = Recorder(path, rate, channels)
for begin in range(0, len(audio), rate // 50):
    recorder.write(audio[begin : begin + rate // 50])
print("written", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize(
    ("rate", "channels", "sound"),
    [(8_000, 1, "loud"), (16_000, 1, "loud"), (16_000, 1, "silent"), (48_000, 2, "loud")],
)
def test_a_killed_recorder_loses_less_than_a_second(
    tmp_path: Path, rate: int, channels: int, sound: str
) -> None:
    path = tmp_path / "a.flac"
    with python(KILLED, path, rate, channels, sound, stdin=-1) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "written\n"
        writer.kill()
    assert writer.returncode == -signal.SIGKILL
    assert not path.exists()

    samples = salvage(part_of(path), path)

    audio = noise(5, rate, channels) * (sound == "loud")
    assert len(audio) - BLOCK <= samples <= len(audio)
    assert rate > BLOCK
    assert np.array_equal(heard(path), audio[:samples])
    assert soundfile.info(path).samplerate == rate
    assert sorted(it.name for it in tmp_path.iterdir()) == ["a.flac", "a.flac.part"]


@pytest.fixture(scope="module")
def unfinished(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What libsndfile has written of two seconds before it is closed."""
    path = tmp_path_factory.mktemp("flac") / "a.flac"
    with Recorder(path, 16_000) as recorder:
        recorder.write(noise(2))
        return part_of(path).read_bytes()


@pytest.mark.parametrize("lost", [0, 1, 1000, 6000, 20_000])
def test_a_torn_end_costs_the_blocks_it_touches(
    tmp_path: Path, unfinished: bytes, lost: int
) -> None:
    (tmp_path / "part").write_bytes(unfinished[: len(unfinished) - lost])
    samples = salvage(tmp_path / "part", tmp_path / "out.flac")
    assert samples >= 2 * 16_000 - (lost // 6000 + 2) * BLOCK
    assert np.array_equal(heard(tmp_path / "out.flac"), noise(2)[:samples])


def test_zeros_after_a_power_cut_are_no_audio(tmp_path: Path, unfinished: bytes) -> None:
    (tmp_path / "part").write_bytes(unfinished + bytes(5000))
    samples = salvage(tmp_path / "part", tmp_path / "out.flac")
    assert np.array_equal(heard(tmp_path / "out.flac"), noise(2)[:samples])


@pytest.mark.parametrize("kept", [0, 4, 42, 86, 100])
def test_where_nothing_was_left_nothing_is_made(
    tmp_path: Path, unfinished: bytes, kept: int
) -> None:
    (tmp_path / "part").write_bytes(unfinished[:kept])
    assert salvage(tmp_path / "part", tmp_path / "out.flac") == 0
    assert [path.name for path in tmp_path.iterdir()] == ["part"]


def test_a_whole_file_may_be_salvaged_too(tmp_path: Path) -> None:
    with Recorder(tmp_path / "a.flac", 16_000) as recorder:
        recorder.write(noise(1.1))
    assert salvage(tmp_path / "a.flac", tmp_path / "out.flac") == int(1.1 * 16_000)
    assert np.array_equal(heard(tmp_path / "out.flac"), noise(1.1))


def test_what_is_no_flac_holds_no_audio_and_what_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not audio at all\n" * 1000)
    assert salvage(tmp_path / "text", tmp_path / "out.flac") == 0
    with pytest.raises(FileNotFoundError):
        salvage(tmp_path / "missing", tmp_path / "out.flac")
