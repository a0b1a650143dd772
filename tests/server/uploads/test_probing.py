import io
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from server.audio.decoding import Found, Limits, TooLong, UnreadableAudio
from server.uploads import probing
from server.uploads.probing import Prober, credible
from storage.errors import Missing
from storage.folder import FolderObjects
from tests.server.uploads.shared import silence, wav

LIMITS = Limits(seconds=60, channels=2)


@pytest.fixture
def objects(tmp_path: Path) -> FolderObjects:
    return FolderObjects(tmp_path / "objects")


@pytest.fixture
def prober(tmp_path: Path, objects: FolderObjects) -> Prober:
    return Prober(objects, tmp_path / "probing", LIMITS, at_once=1)


async def look(objects: FolderObjects, prober: Prober, data: bytes) -> Found | None:
    await objects.put_bytes("a", data, "x/y")
    return await prober.look("a", len(data))


async def test_what_a_file_holds(objects: FolderObjects, prober: Prober, tmp_path: Path) -> None:
    found = await look(objects, prober, wav("####"))
    assert found is not None and found.container == "wav"
    assert (found.rate, found.channels, found.seconds) == (16_000, 1, 0.4)
    assert list((tmp_path / "probing").iterdir()) == []


async def test_what_is_no_audio(objects: FolderObjects, prober: Prober, tmp_path: Path) -> None:
    for junk in (b"", b"hello" * 99, wav()[:30]):
        with pytest.raises(UnreadableAudio):
            await look(objects, prober, junk)
    assert list((tmp_path / "probing").iterdir()) == []
    with pytest.raises(Missing):
        await prober.look("b", 9)


async def test_what_says_that_it_is_too_long(objects: FolderObjects, prober: Prober) -> None:
    with pytest.raises(TooLong):
        await look(objects, prober, silence(61))
    assert await look(objects, prober, silence(59))


def test_a_length_that_nobody_knew_is_not_believed() -> None:
    unknown = Found(container="wav", codec="pcm_s16le", rate=16_000, channels=2, seconds=67_108.0)
    assert credible(unknown, 64_000) == 2.0
    assert credible(Found(codec="flac", rate=8000, channels=1, seconds=99.0), 1) == 99.0
    assert credible(Found(codec="mp3", rate=8000, channels=1), 1) is None


def moov_last(tmp_path: Path) -> bytes:
    """An MP4 whose index is at its end, as recorders write it."""
    sound = np.random.default_rng(1).normal(0, 0.1, 16_000 * 20).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", sound, 16_000)

    with av.open(tmp_path / "a.wav") as source, av.open(tmp_path / "a.mp4", "w") as target:
        stream = target.add_stream("aac", rate=16_000)
        for frame in source.decode(audio=0):
            target.mux(stream.encode(frame))  # type: ignore[attr-defined]
        target.mux(stream.encode(None))  # type: ignore[attr-defined]
    data = (tmp_path / "a.mp4").read_bytes()
    assert data.rindex(b"moov") > len(data) / 2
    return data


async def test_beginning_and_end_are_enough(
    objects: FolderObjects, prober: Prober, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = moov_last(tmp_path)
    index = len(data) - data.rindex(b"moov") + 4
    monkeypatch.setattr(probing, "EDGE", max(index, 16_000))
    assert len(data) > 2 * probing.EDGE
    found = await look(objects, prober, data)
    assert found is not None and found.codec == "aac" and round(found.seconds or 0) == 20


async def test_what_only_the_middle_could_say(
    objects: FolderObjects, prober: Prober, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "EDGE", 1000)
    with pytest.raises(UnreadableAudio):
        await look(objects, prober, b"hello" * 999)
    file = io.BytesIO()
    soundfile.write(file, np.zeros(16_000 * 9, np.float32), 16_000, format="OGG", subtype="VORBIS")
    assert await look(objects, prober, file.getvalue()) is None
