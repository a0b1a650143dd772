"""The process that decodes, run as it is, and the frames that it writes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from server.audio import child
from tests.server.audio.sounds import bomb, encoded, file, tone

START = "import sys; from server.audio import child; child.main(*sys.argv[1:])"


def begun(path: Path, memory: int = 256 << 20) -> subprocess.Popen[bytes]:
    with path.open("rb") as source:
        return subprocess.Popen(
            [sys.executable, "-c", START, str(os.getpid()), str(memory), "0"],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )


def frames(path: Path, **limits: int) -> list[tuple[bytes, bytes]]:
    out, said = begun(path, **limits).communicate(timeout=60)
    found = []
    while out:
        kind, length = child.FRAME.unpack_from(out)
        content, out = out[child.FRAME.size :][:length], out[child.FRAME.size + length :]
        assert len(content) == length, said
        found.append((kind, content))
    return found


def test_what_it_is_comes_first_then_samples_then_the_end(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(file(tone(5), 16_000, "WAV", "FLOAT"))
    (first, known), *samples, (last, end) = frames(path)
    assert (first, last) == (child.FOUND, child.END)
    assert {kind for kind, _ in samples} == {child.SAMPLES} and len(samples) > 1
    sound = np.frombuffer(b"".join(content for _, content in samples), np.float32)
    np.testing.assert_array_equal(sound, tone(5))
    wanted = {"codec": "pcm_f32le", "container": "wav", "rate": 16_000, "channels": 1}
    assert json.loads(known) == {**wanted, "seconds": 5.0}
    assert json.loads(end) == {"damaged": 0}


@pytest.mark.parametrize(
    "content",
    [
        encoded("aac", "mp4", tone(1), 16_000, film=True),
        encoded("libopus", "webm", tone(1, 48_000), 48_000),
        file(tone(1), 16_000, "MP3"),
        file(tone(1), 16_000, "OGG"),
        file(np.zeros((16_000, 6), np.int16), 16_000, "FLAC"),
    ],
)
def test_nothing_more_has_to_be_loaded_once_it_is_confined(content, tmp_path):
    path = tmp_path / "a"
    path.write_bytes(content)
    assert frames(path)[-1][0] == child.END


def test_a_refusal_says_why(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"words")
    ((kind, content),) = frames(path)
    assert kind == child.REFUSED
    assert json.loads(content) == {
        "code": "unreadable_audio",
        "message": "not an audio file: found text",
        "known": None,
    }


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds memory")
def test_memory_has_a_bound(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(encoded("aac", "mp4", tone(60), 16_000))
    kind, content = frames(path, memory=1 << 20)[-1]
    assert kind == child.REFUSED
    assert json.loads(content)["code"] == "too_large"


def test_it_ends_when_nobody_reads_on(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(bomb(hours=1))
    process = begun(path)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.read(1000)
    process.stdout.close()
    assert process.wait(60) == 0
    assert process.stderr.read() == b""
    process.stderr.close()
