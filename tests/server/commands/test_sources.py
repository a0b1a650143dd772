"""Sources of audio, each read to its end."""

import asyncio
import os

import numpy as np
import pytest
from click import ClickException

from inference.types import SAMPLE_RATE
from server.audio.decoding import UnreadableAudio
from server.commands import sources
from tests.fakes import drawn
from tests.server.commands.shared import recording


async def all_of(source):
    return [piece async for piece in source]


async def given(pieces):
    for piece in pieces:
        yield piece


async def test_a_file_is_whole_whatever_its_rate(tmp_path):
    picture = "..###." * 5
    got = b"".join(await all_of(sources.file(recording(tmp_path / "a.flac", picture))))
    wanted = drawn(picture) * 32_768
    assert np.abs(np.frombuffer(got, "<i2") - wanted).max() <= 1
    slow = await all_of(sources.file(recording(tmp_path / "b.wav", picture, rate=48_000)))
    assert sum(map(len, slow)) == pytest.approx(len(got), abs=64)


def test_samples_out_of_range_are_clipped_and_not_wrapped():
    loud = sources.pcm(np.array([-1.5, -1.0, 0.0, 1.0, 1.5], np.float32))
    assert np.frombuffer(loud, "<i2").tolist() == [-32768, -32768, 0, 32767, 32767]


async def test_paced_audio_comes_in_frames_and_never_early():
    loop = asyncio.get_running_loop()
    pieces = [bytes(sources.FRAME * 3 + 100), bytes(sources.FRAME * 2)]
    began = loop.time()
    frames = [(loop.time() - began, frame) async for frame in sources.paced(given(pieces))]
    assert [len(frame) for _, frame in frames] == [640, 640, 640, 100, 640, 640]
    dues = [0.0, 0.02, 0.04, 0.06, 0.06 + 100 / 2 / SAMPLE_RATE, 0.083125]
    assert all(at >= due - 0.002 for (at, _), due in zip(frames, dues, strict=True))


async def test_pace_makes_up_for_what_delayed_it():
    """A frame that was late does not make the next ones late: the schedule is absolute."""
    loop = asyncio.get_running_loop()
    began, times = loop.time(), []
    async for _ in sources.paced(given([bytes(sources.FRAME * 10)])):
        if not times:
            until = loop.time() + 0.1
            while loop.time() < until:  # someone keeps the processor
                pass
        times.append(loop.time() - began)
    assert times[4] < 0.16 and times[9] >= 0.178


async def test_raw_audio_is_given_in_whole_samples():
    reading, writing = os.pipe()
    source = sources.raw(reading)
    try:
        os.write(writing, b"abc")
        assert await anext(source) == b"ab"
        os.write(writing, b"d")
        assert await anext(source) == b"cd"
        os.write(writing, b"e")
        os.close(writing)
        assert await all_of(source) == []
    finally:
        os.close(reading)


async def test_a_reader_that_is_cancelled_leaves_nothing_behind():
    reading, writing = os.pipe()
    try:
        task = asyncio.create_task(all_of(sources.raw(reading)))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert asyncio.get_running_loop().remove_reader(reading) is False
    finally:
        os.close(reading)
        os.close(writing)


def test_a_file_without_audio_is_found_out(tmp_path):
    path = tmp_path / "a.wav"
    path.write_text("words")
    with pytest.raises(UnreadableAudio):
        sources.check(path)
    with pytest.raises(FileNotFoundError):
        sources.check(tmp_path / "none.wav")


@pytest.mark.parametrize("installed", [["rec"], ["arecord", "rec"], ["parec", "arecord", "rec"]])
def test_the_first_recorder_is_taken(installed, tmp_path, monkeypatch):
    for name in installed:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sources.recorder()[0] == str(tmp_path / installed[0])


def test_no_recorder(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ClickException, match="alsa-utils"):
        sources.recorder()


async def test_a_recorder_ends_with_its_reader(tmp_path):
    program = tmp_path / "parec"
    program.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec /bin/cat /dev/zero\n")
    program.chmod(0o755)
    source = sources.microphone([str(program)])
    assert len(await anext(source)) == sources.FRAME
    await source.aclose()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
