"""G.711 is held to FFmpeg's tables and to the corner values of the standard."""

import av
import numpy as np
import pytest

from inference.types import SAMPLE_RATE
from streaming.resampler import ENCODINGS, RATES, Format, Resampler, decode

RATE_LIST = [8_000, 11_025, 22_050, 24_000, 44_100, 48_000]


def sine(rate: int, hertz: float = 440.0, seconds: float = 1.0, level: float = 0.5) -> np.ndarray:
    at = np.arange(round(rate * seconds)) / rate
    return (level * np.sin(2 * np.pi * hertz * at)).astype(np.float32)


def integers(sound: np.ndarray, bits: int) -> np.ndarray:
    return np.round(sound.astype(np.float64) * (1 << (bits - 1))).astype("<i4")


def companded(sound: np.ndarray, encoding: str) -> bytes:
    """Each sample as the code whose value is nearest."""
    table = decode(Format(encoding), bytes(range(256)))[:, 0]
    return np.abs(sound[:, None] - table).argmin(axis=1).astype(np.uint8).tobytes()


ENCODE = {
    "pcm_s16le": lambda s: integers(s, 16).astype("<i2").tobytes(),
    "pcm_s24le": lambda s: integers(s, 24).view(np.uint8).reshape(-1, 4)[:, :3].tobytes(),
    "pcm_s32le": lambda s: integers(s, 32).tobytes(),
    "pcm_f32le": lambda s: s.astype("<f4").tobytes(),
    "pcm_u8": lambda s: (np.round(s * 128) + 128).astype(np.uint8).tobytes(),
    "mulaw": lambda s: companded(s, "mulaw"),
    "alaw": lambda s: companded(s, "alaw"),
}
TOLERANCE = {"pcm_u8": 1 / 256, "mulaw": 1 / 50, "alaw": 1 / 50}  # others: half a 16-bit step


def through(sound: np.ndarray, rate: int, piece: int) -> np.ndarray:
    """Mono sound through a resampler in pieces of so many samples."""
    resampler = Resampler(rate)
    pieces = [resampler.push(sound[i : i + piece, None]) for i in range(0, len(sound), piece)]
    return np.concatenate([*pieces, resampler.finish()])


def loudest(sound: np.ndarray) -> float:
    """The frequency with the most energy, in Hz, at 16 kHz."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(spectrum.argmax() * SAMPLE_RATE / len(sound))


def test_every_encoding_of_single_samples_is_tried_here():
    assert set(ENCODE) == set(ENCODINGS) - {"opus"}


@pytest.mark.parametrize("encoding", ENCODE)
def test_a_sine_survives_its_encoding(encoding):
    sound = sine(16_000)
    decoded = decode(Format(encoding), ENCODE[encoding](sound))
    assert decoded.shape == (16_000, 1) and decoded.dtype == np.float32
    tolerance = TOLERANCE.get(encoding, 1 / (1 << 16))
    np.testing.assert_allclose(decoded[:, 0], sound, atol=tolerance)


@pytest.mark.parametrize(
    ("encoding", "data", "values"),
    [
        ("pcm_s16le", b"\x00\x80\xff\xff\x00\x00\xff\x7f", [-1, -1 / 32768, 0, 32767 / 32768]),
        (
            "pcm_s24le",
            b"\x00\x00\x80\xff\xff\xff\x00\x00\x40\xff\xff\x7f",
            [-1, -1 / (1 << 23), 0.5, 1 - 1 / (1 << 23)],
        ),
        ("pcm_s32le", b"\x00\x00\x00\x80\x00\x00\x00\x40", [-1, 0.5]),
        ("pcm_u8", b"\x00\x80\xc0\xff", [-1, 0, 0.5, 127 / 128]),
        # ITU-T G.711, table 1 and 2: largest, smallest and a middle value, in 16 bits
        ("mulaw", b"\x00\x80\x7f\xff\xf0\x8f", [-32124, 32124, 0, 0, 120, 16764]),
        ("alaw", b"\x2a\xaa\x55\xd5\x80\x94", [-32256, 32256, -8, 8, 5504, 2240]),
    ],
)
def test_known_samples(encoding, data, values):
    scale = 32768 if encoding in ("mulaw", "alaw") else 1
    decoded = decode(Format(encoding), data)[:, 0]
    np.testing.assert_allclose(decoded * scale, values, atol=1e-7 * scale)


@pytest.mark.parametrize(("encoding", "codec"), [("mulaw", "pcm_mulaw"), ("alaw", "pcm_alaw")])
def test_all_codes_of_g711_are_those_of_ffmpeg(encoding, codec):
    context = av.CodecContext.create(codec, "r")
    context.sample_rate, context.layout = 8_000, "mono"
    (frame,) = context.decode(av.Packet(bytes(range(256))))
    expected = frame.to_ndarray()[0].astype(np.float32) / 32768
    np.testing.assert_array_equal(decode(Format(encoding), bytes(range(256)))[:, 0], expected)


def test_floats_that_are_no_sound_are_made_harmless():
    data = np.array([np.nan, np.inf, -np.inf, 3.0, -3.0, 0.25], "<f4").tobytes()
    assert decode(Format("pcm_f32le"), data)[:, 0].tolist() == [0, 1, -1, 1, -1, 0.25]


def test_channels_are_mixed():
    left, right = sine(16_000, 440), sine(16_000, 1000)
    both = np.stack([left, right], axis=1)
    form = Format("pcm_f32le", channels=2)
    sound = decode(form, both.astype("<f4").tobytes())
    np.testing.assert_array_equal(sound, both)
    np.testing.assert_allclose(Resampler(16_000).push(sound), (left + right) / 2, atol=1e-6)


@pytest.mark.parametrize(
    ("encoding", "channels", "unit"),
    [
        ("pcm_s16le", 1, 2),
        ("pcm_s24le", 2, 6),
        ("pcm_f32le", 8, 32),
        ("alaw", 1, 1),
        ("opus", 2, 1),
    ],
)
def test_a_unit_is_a_sample_of_every_channel(encoding, channels, unit):
    assert Format(encoding, channels=channels).unit == unit


@pytest.mark.parametrize("rate", RATE_LIST)
@pytest.mark.parametrize("hertz", [200.0, 1000.0, 3000.0])
def test_a_tone_keeps_pitch_loudness_and_length(rate, hertz):
    sound = through(sine(rate, hertz), rate, rate)
    assert len(sound) == pytest.approx(SAMPLE_RATE, abs=1)
    assert loudest(sound) == pytest.approx(hertz, abs=1.5)
    middle = sound[2000:-2000]
    assert np.sqrt(2 * np.mean(middle**2)) == pytest.approx(0.5, rel=0.02)


@pytest.mark.parametrize("rate", RATE_LIST)
def test_pieces_of_20_ms_are_one_piece(rate):
    sound = sine(rate, 440) + sine(rate, 2500, level=0.2)
    whole, pieces = through(sound, rate, len(sound)), through(sound, rate, rate // 50)
    np.testing.assert_allclose(pieces, whole, atol=1e-5)


def test_what_16_khz_cannot_hold_is_not_folded_into_it():
    folded = through(sine(48_000, 10_000), 48_000, 960)
    assert np.abs(folded[500:-500]).max() < 0.001  # the tone's own edges hold every pitch


def test_16_khz_passes_untouched():
    sound = sine(16_000)
    np.testing.assert_array_equal(through(sound, 16_000, 320), sound)


@pytest.mark.parametrize("rate", RATES)
def test_the_extreme_rates_work(rate):
    assert len(through(sine(rate), rate, rate // 50)) == pytest.approx(SAMPLE_RATE, abs=1)


def test_silence_and_nothing_are_fine():
    resampler = Resampler(44_100)
    assert len(resampler.push(np.zeros((0, 1), np.float32))) == 0
    assert len(resampler.finish()) == 0
