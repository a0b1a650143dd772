"""What is in a file comes out of it, by the content alone; here without a process around it."""

import io

import numpy as np
import pytest

from server.audio.reader import BLOCK, Reader, Refused
from tests.server.audio.sounds import PLAYLISTS, encoded, file, patched, pitch, silent_film, tone


def read(content: bytes) -> tuple[Reader, np.ndarray]:
    reader = Reader(io.BytesIO(content))
    samples = np.frombuffer(b"".join(reader), np.float32)
    return reader, samples.reshape(-1, reader.known["channels"])


@pytest.mark.parametrize(
    ("rate", "kind", "subtype", "codec"),
    [
        (4_000, "WAV", "PCM_16", "pcm_s16le"),
        (8_000, "WAV", "ULAW", "pcm_mulaw"),
        (8_000, "WAV", "ALAW", "pcm_alaw"),
        (11_025, "WAV", "PCM_U8", "pcm_u8"),
        (44_100, "WAV", "PCM_24", "pcm_s24le"),
        (48_000, "WAV", "FLOAT", "pcm_f32le"),
        (192_000, "WAV", "PCM_16", "pcm_s16le"),
        (48_000, "FLAC", "PCM_24", "flac"),
        (16_000, "AIFF", "PCM_16", "pcm_s16be"),
        (44_100, "OGG", "VORBIS", "vorbis"),
        (48_000, "OGG", "OPUS", "opus"),
        (16_000, "MP3", "MPEG_LAYER_III", "mp3"),
    ],
)
def test_many_kinds_come_out_at_their_own_rate(rate, kind, subtype, codec):
    reader, sound = read(file(tone(1, rate), rate, kind, subtype))
    assert (reader.known["codec"], reader.known["rate"]) == (codec, rate)
    assert reader.known["seconds"] == pytest.approx(1, abs=0.1)
    assert len(sound) == pytest.approx(rate, rel=0.1)
    assert pitch(sound[:, 0], rate) == pytest.approx(440, abs=2)
    middle = sound[rate // 4 : 3 * rate // 4]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.1)


@pytest.mark.parametrize("film", [False, True])
@pytest.mark.parametrize(
    ("codec", "container"),
    [("aac", "mp4"), ("aac", "adts"), ("libopus", "webm"), ("aac", "mov"), ("libmp3lame", "mp3")],
)
def test_what_phones_and_browsers_send(codec, container, film):
    if film and container not in ("mp4", "mov"):
        film = False
    _, sound = read(encoded(codec, container, tone(1, 48_000), 48_000, film))
    assert len(sound) == pytest.approx(48_000, rel=0.1)
    assert pitch(sound[:, 0], 48_000) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("channels", range(1, 9))
def test_channels_stay_apart(channels):
    """Which of them are heard is not decided here."""
    given = np.stack([tone(0.5) / (nth + 1) for nth in range(channels)], axis=1)
    reader, sound = read(file(given, 16_000, "WAV", "FLOAT"))
    assert reader.known["channels"] == channels
    np.testing.assert_allclose(sound, given, atol=1e-6)


def test_blocks_are_bounded_whatever_the_file_holds():
    content = file(np.zeros((100_000, 7), np.int16), 16_000)
    blocks = list(Reader(io.BytesIO(content)))
    assert max(map(len, blocks)) <= BLOCK and not any(len(block) % 28 for block in blocks)
    assert sum(map(len, blocks)) == 100_000 * 28


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"\0", "unknown data"),
        (b"just a text, " * 100, "text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "a PNG picture"),
        (b"PK\x03\x04" + bytes(200), "a ZIP archive"),
        (b"<!doctype html><html></html>", "a web page"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "a damaged WAV or AVI file"),
        (np.random.default_rng(1).bytes(40_000), "unknown data"),
        (file(tone(1), 16_000)[:30], "a damaged WAV or AVI file"),
        (encoded("aac", "mp4", tone(1), 16_000)[:3000], "an MP4 file without its index"),
        (PLAYLISTS["m3u8"] % b"/dev/zero", "a playlist"),
        (PLAYLISTS["concat"] % b"/dev/zero", "a playlist"),
        (PLAYLISTS["dash"] % b"http://127.0.0.1:1/a", "XML text"),
        (PLAYLISTS["sdp"] % b"127.0.0.1", "text"),
    ],
)
def test_what_is_not_audio_is_named(content, found):
    with pytest.raises(Refused, match="not an audio file") as refused:
        read(content)
    assert found in str(refused.value)
    assert refused.value.known is None


@pytest.mark.parametrize(
    "content", [file(tone(1), 16_000)[:44], file(tone(1), 16_000, "FLAC")[:100]]
)
def test_no_samples(content):
    with pytest.raises(Refused, match="no audio can be decoded|not an audio file"):
        read(content)


def test_a_video_without_sound_says_what_was_found():
    with pytest.raises(Refused, match="found video") as refused:
        read(silent_film())
    assert "mp4" in refused.value.known["container"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (patched(24, "<I", 0), "damaged WAV"),  # sample rate
        (patched(22, "<H", 0), "cannot be"),  # channels
        (patched(20, "<H", 0x1234), "unknown encoding"),
    ],
)
def test_broken_headers(content, message):
    with pytest.raises(Refused, match=message):
        read(content)


@pytest.mark.parametrize("length", [0xFFFFFFFF, 0x7FFFFFFF, 3, 0])
def test_a_header_that_lies_about_the_length(length):
    """All bytes that are there count, as recorders that stream mean it; a short one is believed."""
    _, sound = read(patched(40, "<I", length))
    assert len(sound) == (1 if length == 3 else 16_000)


def test_odd_tags_do_no_harm():
    tagged = file(tone(1), 16_000)
    chunk = b"INFOINAM\x06\0\0\0\xff\xfe\xfaxx\0"
    odd = tagged[:36] + b"LIST" + len(chunk).to_bytes(4, "little") + chunk + tagged[36:]
    assert len(read(odd)[1]) == 16_000


@pytest.mark.parametrize("kind", ["FLAC", "OGG", "MP3"])
def test_a_file_that_stops_early_gives_what_it_has(kind):
    noise = np.random.default_rng(1).uniform(-0.3, 0.3, 64_000).astype("f4")
    whole = file(noise, 16_000, kind)
    assert 8_000 < len(read(whole[: len(whole) // 2])[1]) < 48_000


def test_damage_costs_what_it_hits_and_is_counted():
    content = bytearray(file(tone(4), 16_000, "MP3"))
    content[3000:5000] = bytes(2000)
    reader, sound = read(bytes(content))
    assert 16_000 < len(sound) < 48_000
    assert reader.damaged > 0


def test_hardly_anything_good_is_nothing():
    with pytest.raises(Refused, match="damaged packets") as refused:
        read(encoded("aac", "mp4", tone(4, 48_000), 48_000, spoiled=lambda nth: nth % 3 > 0))
    assert refused.value.known["codec"] == "aac"
    seldom = encoded("aac", "mp4", tone(4, 48_000), 48_000, spoiled=lambda nth: nth % 40 == 9)
    reader, sound = read(seldom)
    assert 0 < reader.damaged < 10 and len(sound) > 3 * 48_000


def test_a_stream_that_changes_goes_on_as_it_began():
    """Recordings may be joined end to end; what comes later is made like what was first."""
    stereo = np.stack([tone(1, 44_100)] * 2, axis=1)
    reader, sound = read(file(tone(1), 16_000, "MP3") + file(stereo, 44_100, "MP3"))
    assert (reader.known["rate"], reader.known["channels"]) == (16_000, 1)
    assert len(sound) == pytest.approx(32_000, rel=0.1)
    assert pitch(sound[20_000:30_000, 0], 16_000) == pytest.approx(440, abs=2)
