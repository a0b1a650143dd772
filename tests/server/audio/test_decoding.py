"""Files as strangers send them, through the process that decodes them, with every kind of end."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmarks.speech.corpus import SHIPPED
from server.audio.decoding import (
    BadAudio,
    DecoderLost,
    Found,
    Limits,
    TooLarge,
    TooLong,
    UnreadableAudio,
    decoding,
    probe,
)
from server.audio.mono import heard
from tests.server.audio.sounds import PLAYLISTS, bomb, encoded, file, patched, silent_film, tone
from tests.server.shared import until

CORPUS = SHIPPED / "dialogue.flac"
LIMITS = Limits(seconds=600)


def kept(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "it's $(not) a tüne.mp3"  # the name is never looked at
    path.write_bytes(content)
    return path


async def sound_of(path: Path, limits: Limits = LIMITS) -> tuple[Found, np.ndarray, bool]:
    async with asyncio.timeout(60), decoding(path, limits) as sound:
        pieces = [piece async for piece in sound.pieces]
    assert sound.samples == sum(map(len, pieces))
    return sound.found, np.concatenate(pieces), sound.truncated


def is_there(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


async def test_speech_comes_as_it_was_recorded():
    found, sound, truncated = await sound_of(CORPUS)
    original, rate = soundfile.read(CORPUS, dtype="float32", always_2d=True)
    assert found == Found("flac", "flac", rate, 1, len(original) / rate)
    np.testing.assert_array_equal(sound, original)
    assert sound.dtype == np.float32 and not truncated


@pytest.mark.parametrize(
    ("content", "channels"),
    [
        (file(tone(1, 8_000), 8_000, "WAV", "ULAW"), 1),
        (file(tone(1, 44_100), 44_100, "MP3"), 1),
        (file(np.stack([tone(1)] * 2, axis=1), 16_000, "FLAC"), 2),
        (encoded("aac", "mp4", tone(1, 48_000), 48_000, film=True), 1),
        (encoded("libopus", "ogg", tone(1, 48_000), 48_000), 1),
        (encoded("libopus", "webm", tone(1, 48_000), 48_000), 1),
        (file(np.stack([tone(1)] * 6, axis=1), 48_000), 1),
    ],
)
async def test_one_or_two_channels_at_the_rate_of_the_file(content, channels, tmp_path):
    found, sound, _ = await sound_of(kept(tmp_path, content))
    assert sound.shape == (pytest.approx(found.seconds * found.rate, rel=0.1), channels)
    assert np.abs(sound).max() == pytest.approx(0.3, abs=0.15)


async def test_samples_are_finite_and_in_bounds(tmp_path):
    odd = tone(1)
    odd[100:110] = np.nan
    odd[200:210] = [np.inf, -np.inf] * 5
    odd[300:310] = 1e20
    _, sound, _ = await sound_of(kept(tmp_path, file(odd, 16_000, "WAV", "FLOAT")))
    assert np.isfinite(sound).all() and np.abs(sound).max() <= 1
    np.testing.assert_array_equal(sound[1000:, 0], tone(1)[1000:])


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (b"", UnreadableAudio, "an empty file"),
        (b"just a text", UnreadableAudio, "text"),
        (PLAYLISTS["m3u8"] % b"/etc/passwd", UnreadableAudio, "a playlist"),
        (PLAYLISTS["concat"] % b"http://127.0.0.1:1/", UnreadableAudio, "a playlist"),
        (file(tone(1), 16_000)[:44], UnreadableAudio, "no audio can be decoded"),
        (encoded("aac", "mp4", tone(1), 16_000)[:3000], UnreadableAudio, "without its index"),
        (silent_film(), UnreadableAudio, "found video"),
        (patched(24, "<I", 768_000), UnreadableAudio, "768000 Hz"),
        (patched(24, "<I", 1), UnreadableAudio, "1 Hz"),
        (patched(22, "<H", 9), TooLarge, "9 channels; at most 8"),
        (patched(22, "<H", 64), TooLarge, "64 channels"),
    ],
)
async def test_what_is_no_audio_or_too_much_of_it(content, error, message, tmp_path):
    with pytest.raises(error, match=message):
        await sound_of(kept(tmp_path, content))
    with pytest.raises(error, match=message):
        await probe(kept(tmp_path, content), LIMITS)


async def test_errors_have_a_code_and_what_was_found(tmp_path):
    with pytest.raises(BadAudio) as error:
        await probe(kept(tmp_path, patched(22, "<H", 64)), LIMITS)
    assert error.value.code == "too_large"
    assert error.value.found is not None and error.value.found.channels == 64
    with pytest.raises(BadAudio) as error:
        await probe(kept(tmp_path, b"words"), LIMITS)
    assert (error.value.code, error.value.found) == ("unreadable_audio", None)


async def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        await probe(tmp_path / "none", LIMITS)


async def test_a_file_that_stops_early_says_so(tmp_path):
    whole = file(tone(4), 16_000, "FLAC")
    _, sound, truncated = await sound_of(kept(tmp_path, whole[: len(whole) // 2]))
    assert 16_000 < len(sound) < 48_000 and truncated


async def test_too_long_is_found_on_the_way(tmp_path):
    path = kept(tmp_path, bomb(hours=2))
    assert path.stat().st_size < 200_000
    taken = 0
    with pytest.raises(TooLong, match="25 s"):
        async with decoding(path, Limits(seconds=25)) as sound:
            async for piece in sound.pieces:
                taken += len(piece)
    assert 20 * 8_000 < taken <= 25 * 8_000
    assert (await probe(path, Limits(seconds=25))).seconds == 2 * 3600


async def test_as_long_as_is_allowed(tmp_path):
    path = kept(tmp_path, file(tone(3), 16_000))
    assert len((await sound_of(path, Limits(seconds=3)))[1]) == 48_000


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds memory")
async def test_more_memory_than_is_allowed(tmp_path):
    path = kept(tmp_path, encoded("aac", "mp4", tone(60), 16_000))
    with pytest.raises(TooLarge, match="memory"):
        await sound_of(path, Limits(memory=1 << 20))


async def test_a_decoder_that_says_nothing_is_given_up(tmp_path):
    with pytest.raises(UnreadableAudio, match=r"0\.01 s"):
        await probe(kept(tmp_path, file(tone(1), 16_000)), Limits(patience=0.01))


async def test_who_reads_slowly_holds_up_the_decoder(tmp_path):
    async with decoding(kept(tmp_path, bomb(hours=2)), Limits(patience=5)) as sound:
        await anext(sound.pieces)
        assert sound._process.stdout is not None
        buffered = sound._process.stdout._buffer  # type: ignore[attr-defined]
        before = -1
        while before != len(buffered):  # until nothing more comes
            before = len(buffered)
            await asyncio.sleep(0.05)
        assert len(buffered) < 1 << 20
        assert sum([len(piece) async for piece in sound.pieces]) > 7199 * 8_000 - 40_000


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (signal.SIGKILL, DecoderLost),
        (signal.SIGTERM, DecoderLost),
        (signal.SIGSEGV, UnreadableAudio),
        (signal.SIGXCPU, UnreadableAudio),
    ],
)
async def test_a_child_that_ends_by_a_signal(number, error, tmp_path):
    with pytest.raises(error):
        async with decoding(kept(tmp_path, bomb(hours=2)), Limits()) as sound:
            os.kill(sound._process.pid, number)
            async for _ in sound.pieces:
                pass


async def test_whoever_stops_leaves_no_process(tmp_path):
    path = kept(tmp_path, bomb(hours=2))
    async with decoding(path, LIMITS) as sound:
        await anext(sound.pieces)
        assert is_there(sound._process.pid)
    assert not is_there(sound._process.pid)
    with pytest.raises(ZeroDivisionError):
        async with decoding(path, LIMITS) as sound:
            _ = 1 / 0
    assert not is_there(sound._process.pid)


@pytest.mark.parametrize("turns", [0, 1, 3, 10, 100])
async def test_cancellation_leaves_no_process_whenever_it_comes(turns, tmp_path):
    path = kept(tmp_path, bomb(hours=2))
    before = children()

    async def all_of():
        async with decoding(path, Limits()) as sound:
            return [len(piece) async for piece in heard(sound.pieces, sound.found.rate)]

    task = asyncio.create_task(all_of())
    for _ in range(turns):
        await asyncio.sleep(0.002)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: children() == before)


def children() -> set[str]:
    """The processes that this one has started, as Linux lists them."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


PARENT = """
import asyncio, sys
from pathlib import Path
from server.audio.decoding import Limits, decoding

async def main():
    async with decoding(Path(sys.argv[1]), Limits()) as sound:
        print(sound._process.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it ends when it writes again")
async def test_a_child_ends_with_its_parent(tmp_path):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT, str(kept(tmp_path, bomb(hours=2)))),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        pid = int(await process.stdout.readline())
        assert is_there(pid)
        process.kill()
        await process.wait()
    await until(lambda: not is_alive(pid))


def is_alive(pid: int) -> bool:
    """Not even a zombie that waits for an init that reaps."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


async def test_a_child_knows_no_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("CAPTIONFLOW_STORAGE_S3_SECRET_KEY", "hush")
    async with decoding(kept(tmp_path, bomb(hours=2)), LIMITS) as sound:
        assert b"hush" not in Path(f"/proc/{sound._process.pid}/environ").read_bytes()
        assert (
            str(tmp_path).encode() not in Path(f"/proc/{sound._process.pid}/cmdline").read_bytes()
        )
