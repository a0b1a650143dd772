"""A file on this disk becomes segments and a recording at its own rate."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
import soundfile

from inference.types import SAMPLE_RATE, Options
from server.audio.decoding import Limits, TooLong, UnreadableAudio
from server.work.transcribe import PIECE, Ears, fetch, listen
from storage.errors import Missing
from storage.folder import FolderObjects
from tests.fakes import drawn, score
from tests.server.work.house import House, wav

TALK = "..######.............######.............."


def ears(house: House) -> Ears:
    return Ears(house.core.engine.transcribe, score, Options("en"))


async def nothing() -> None:
    pass


async def test_a_stereo_file_of_another_rate_is_recorded_as_it_is(
    house: House, tmp_path: Path
) -> None:
    mono = drawn(TALK, 4410)
    path, recording = tmp_path / "a", tmp_path / "recording.flac"
    soundfile.write(path, np.stack([mono, mono / 2], axis=1), 44_100, format="WAV")
    shares: list[float] = []
    ends: list[float] = []

    async def decoded() -> None:
        ends.append(shares[-1])

    heard = await listen(path, recording, Limits(), ears(house), shares.append, decoded)
    assert abs(heard.duration - len(TALK) * SAMPLE_RATE // 10) < 512
    assert len(heard.segments) == 2
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(ends) == 1
    kept, rate = soundfile.read(recording, dtype="int16")
    given, _ = soundfile.read(path, dtype="int16")
    assert rate == 44_100
    assert np.array_equal(kept, given)


async def test_channels_that_cancel_each_other_are_heard(house: House, tmp_path: Path) -> None:
    mono, path, recording = drawn(TALK), tmp_path / "a", tmp_path / "recording.flac"
    soundfile.write(path, np.stack([mono, -mono], axis=1), SAMPLE_RATE, format="WAV")
    heard = await listen(path, recording, Limits(), ears(house), lambda _: None, nothing)
    assert len(heard.segments) == 2
    assert soundfile.info(recording).channels == 2


async def test_no_recording_is_made_where_there_is_one(house: House, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(wav(TALK))
    heard = await listen(path, None, Limits(), ears(house), lambda _: None, nothing)
    assert len(heard.segments) == 2
    assert list(tmp_path.glob("*.flac*")) == []


@pytest.mark.parametrize(
    ("data", "limits", "error"),
    [
        (b"no audio at all", Limits(), UnreadableAudio),
        (wav(TALK), Limits(seconds=1.0), TooLong),
    ],
)
async def test_bad_audio_goes_through(
    house: House, tmp_path: Path, data: bytes, limits: Limits, error: type[Exception]
) -> None:
    path = tmp_path / "a"
    path.write_bytes(data)
    recording = tmp_path / "recording.flac"
    with pytest.raises(error):
        await listen(path, recording, limits, ears(house), lambda _: None, nothing)


async def test_one_who_is_stopped_leaves_nothing_running(house: House, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(wav(TALK))
    house.model.hold()
    hearing = listen(path, tmp_path / "r.flac", Limits(), ears(house), lambda _: None, nothing)
    task = asyncio.create_task(hearing)
    await house.model.is_in()
    task.cancel()
    await asyncio.wait([task], timeout=5)
    assert task.cancelled()


async def test_an_object_is_fetched_piece_by_piece(tmp_path: Path) -> None:
    store = FolderObjects(tmp_path / "objects")
    data = np.random.default_rng(0).bytes(3 * PIECE + 17)
    await store.put_bytes("ann/s1/upload", data, "audio/wav")
    shares: list[float] = []
    for size in (len(data), None):
        await fetch(store, "ann/s1/upload", tmp_path / "file", size, shares.append)
        assert (tmp_path / "file").read_bytes() == data
    assert shares == sorted(shares[:3]) + [0.0] * 3
    with pytest.raises(Missing):
        await fetch(store, "ann/s1/no", tmp_path / "file", None, shares.append)
