import io
import struct
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from server.codecs import (
    OpusPackets,
    TooLong,
    TooManyChannels,
    UnreadableAudio,
    decode,
)

CORPUS = Path(__file__).parents[2] / "benchmarks" / "corpus" / "dialogue" / "dialogue.flac"


def tone(seconds: float, rate: int = 16_000, pitch: float = 440.0) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * pitch * np.arange(round(seconds * rate)) / rate)).astype("f4")


def file(audio: np.ndarray, rate: int, kind: str = "WAV", subtype: str | None = None) -> io.BytesIO:
    out = io.BytesIO()
    soundfile.write(out, audio, rate, format=kind, subtype=subtype)
    out.seek(0)
    return out


def encoded(codec: str, container: str, audio: np.ndarray, rate: int) -> io.BytesIO:
    out = io.BytesIO()
    with av.open(out, "w", format=container) as target:
        stream = target.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(audio[None], format="fltp", layout="mono")
        frame.sample_rate = rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            target.mux(packet)
    out.seek(0)
    return out


def heard(source: io.BytesIO | str | Path, **limits: float) -> np.ndarray:
    return np.concatenate(list(decode(source, **limits)))


def pitch(audio: np.ndarray) -> float:
    return float(np.abs(np.fft.rfft(audio)).argmax() * 16_000 / len(audio))


def test_speech_comes_as_it_was_recorded_in_pieces_of_the_asked_length():
    decoding = decode(CORPUS, piece=0.7)
    pieces = list(decoding)
    original, rate = soundfile.read(CORPUS, dtype="float32")
    assert rate == 16_000
    assert {len(piece) for piece in pieces[:-1]} == {11_200} and 0 < len(pieces[-1]) <= 11_200
    assert all(piece.dtype == np.float32 and piece.ndim == 1 for piece in pieces)
    np.testing.assert_allclose(np.concatenate(pieces), original, atol=1e-4)
    assert decoding.samples == len(original) and not decoding.truncated


@pytest.mark.parametrize(
    ("rate", "kind", "subtype"),
    [
        (8_000, "WAV", "ULAW"),
        (8_000, "WAV", "ALAW"),
        (11_025, "WAV", "PCM_U8"),
        (44_100, "WAV", "PCM_24"),
        (48_000, "WAV", "FLOAT"),
        (48_000, "FLAC", "PCM_24"),
        (16_000, "AIFF", "PCM_16"),
        (44_100, "OGG", "VORBIS"),
        (48_000, "OGG", "OPUS"),
        (16_000, "MP3", "MPEG_LAYER_III"),
    ],
)
def test_many_kinds_come_out_as_one(rate, kind, subtype):
    audio = heard(file(tone(1, rate), rate, kind, subtype))
    assert len(audio) == pytest.approx(16_000, abs=1600)
    assert pitch(audio) == pytest.approx(440, abs=2)
    assert np.sqrt(np.mean(audio[4000:12000] ** 2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.1)


@pytest.mark.parametrize(
    ("codec", "container"),
    [("aac", "mp4"), ("aac", "adts"), ("libopus", "webm"), ("libmp3lame", "mp3")],
)
def test_what_phones_and_browsers_send(codec, container):
    audio = heard(encoded(codec, container, tone(1, 48_000), 48_000))
    assert len(audio) == pytest.approx(16_000, abs=1600)
    assert pitch(audio) == pytest.approx(440, abs=2)


def test_the_content_and_not_the_name_says_what_it_is(tmp_path):
    path = tmp_path / "it's $(not) a tüne.mp3"
    path.write_bytes(file(tone(0.5), 16_000, "FLAC").read())
    assert len(heard(path)) == 8_000
    text = tmp_path / "text.g722"  # an ending that some readers believe
    text.write_bytes(b"hello " * 1000)
    with pytest.raises(UnreadableAudio):
        heard(text)


@pytest.mark.parametrize(
    ("channels", "left_over"),
    [
        ([tone(1), tone(1)], 1.0),
        ([tone(1), 0 * tone(1)], 0.5),
        ([tone(1), -tone(1)], 1.0),  # a plain mix would be silence
        ([tone(1)] + [0 * tone(1)] * 5, 1 / 6),
    ],
)
def test_channels_are_mixed_and_never_cancel(channels, left_over):
    audio = heard(file(np.stack(channels, axis=1), 16_000))
    np.testing.assert_allclose(np.abs(audio), np.abs(tone(1)) * left_over, atol=1e-3)


def test_samples_are_finite_and_in_bounds():
    odd = tone(1)
    odd[100:110] = np.nan
    odd[200:210] = [np.inf, -np.inf] * 5
    odd[300:310] = 1e20
    audio = heard(file(odd, 16_000, "WAV", "FLOAT"))
    assert np.isfinite(audio).all() and np.abs(audio).max() <= 1
    np.testing.assert_allclose(audio[1000:], tone(1)[1000:], atol=1e-6)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"just a text, " * 100,
        b'{"error": "not found"}',
        b"RIFF\x24\0\0\0WAVEfmt ",
        np.random.default_rng(1).bytes(40_000),
        file(tone(1), 16_000).read()[:44],
        file(tone(1), 16_000, "FLAC").read()[:60],
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n/dev/zero\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile /dev/zero\n",
    ],
)
def test_what_is_not_audio_is_named_so(content):
    with pytest.raises(UnreadableAudio, match=r"not an audio file|no samples"):
        heard(io.BytesIO(content))


def test_a_video_without_sound_says_what_was_found():
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as target:
        stream = target.add_stream("mpeg4", rate=10, width=32, height=32, pix_fmt="yuv420p")
        picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))
        for packet in [*stream.encode(picture), *stream.encode(None)]:
            target.mux(packet)
    out.seek(0)
    with pytest.raises(UnreadableAudio, match="found video"):
        heard(out)


def patched(at: int, layout: str, value: int) -> io.BytesIO:
    content = bytearray(file(tone(1), 16_000).read())
    struct.pack_into(layout, content, at, value)
    return io.BytesIO(bytes(content))


@pytest.mark.parametrize(
    ("source", "error"),
    [
        (patched(24, "<I", 0), UnreadableAudio),  # sample rate
        (patched(24, "<I", 1), UnreadableAudio),
        (patched(24, "<I", 768_000), UnreadableAudio),
        (patched(22, "<H", 0), UnreadableAudio),  # channels
        (patched(22, "<H", 9), TooManyChannels),
        (patched(22, "<H", 255), TooManyChannels),
        (patched(20, "<H", 0x1234), UnreadableAudio),  # encoding
    ],
)
def test_broken_headers_are_told_apart(source, error):
    with pytest.raises(error):
        heard(source)


def test_lengths_that_streaming_recorders_write_do_no_harm():
    assert len(heard(patched(40, "<I", 0xFFFFFFFF))) == 16_000


@pytest.mark.parametrize("kind", ["FLAC", "OGG", "MP3"])
def test_a_file_that_stops_early_gives_what_it_has(kind):
    noise = np.random.default_rng(1).uniform(-0.3, 0.3, 64_000).astype("f4")
    whole = file(noise, 16_000, kind).read()
    decoding = decode(io.BytesIO(whole[: len(whole) // 2]))
    got = sum(len(piece) for piece in decoding)
    assert 8_000 < got < 48_000
    assert decoding.truncated or kind == "OGG"  # an Ogg stream does not say how long it is


def test_damage_costs_what_it_hits_and_is_told():
    content = bytearray(file(tone(4), 16_000, "FLAC").read())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(64)
    decoding = decode(io.BytesIO(bytes(content)))
    assert 32_000 < sum(len(piece) for piece in decoding) < 64_000
    assert decoding.truncated


def test_too_long_is_found_on_the_way():
    silence = file(np.zeros(16_000 * 600, np.int16), 16_000, "FLAC", "PCM_16")
    pieces: Iterator[np.ndarray] = iter(decode(silence, max_seconds=25))
    assert [len(next(pieces)), len(next(pieces))] == [160_000, 160_000]
    with pytest.raises(TooLong, match="25 s"):
        next(pieces)
    assert len(heard(file(tone(3), 16_000), max_seconds=3)) == 48_000


def packets(channels: int) -> list[bytes]:
    codec = av.CodecContext.create("libopus", "w")
    codec.sample_rate, codec.format = 48_000, "s16"
    codec.layout = {1: "mono", 2: "stereo"}[channels]
    codec.options = {"application": "voip"}
    sound = np.repeat((tone(1, 48_000) * 32767).astype("i2"), channels)
    out: list[bytes] = []
    for at in range(0, 48_000, 960):
        samples = sound[None, at * channels : (at + 960) * channels]
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout=codec.layout.name)
        frame.sample_rate, frame.pts = 48_000, at
        out += map(bytes, codec.encode(frame))
    return out


@pytest.mark.parametrize("channels", [1, 2])
def test_opus_packets_come_out_one_by_one(channels):
    opus = OpusPackets(channels)
    pieces = [opus.decode(packet) for packet in packets(channels)]
    assert {piece.shape for piece in pieces} == {(960, channels)}
    assert {piece.dtype for piece in pieces} == {np.dtype(np.int16)}
    audio = np.concatenate(pieces)[12_000:, -1] / 32768
    assert np.sqrt(np.mean(audio**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.1)
    assert np.abs(np.fft.rfft(audio)).argmax() * 48_000 / len(audio) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("bad", [b"", b"\xff", b"\x03", b"\xfb\x00"])
def test_a_bad_opus_packet_is_refused_and_the_next_one_heard(bad):
    opus = OpusPackets()
    good = packets(1)[0]
    opus.decode(good)
    with pytest.raises(UnreadableAudio):
        opus.decode(bad)
    assert opus.decode(good).shape == (960, 1)
