import numpy as np
import pytest

from server.audio.mono import heard, mixed
from tests.server.audio.sounds import pitch, tone


@pytest.mark.parametrize(
    ("channels", "left_over"),
    [
        ([tone(1)], 1.0),
        ([tone(1), tone(1)], 1.0),
        ([tone(1), 0 * tone(1)], 0.5),
        ([tone(1), -tone(1)], 1.0),  # a plain mix would be silence
        ([tone(1)] + [0 * tone(1)] * 5, 1 / 6),
    ],
)
def test_channels_are_mixed_and_never_cancel(channels, left_over):
    mix = mixed(np.stack(channels, axis=1))
    assert mix.shape == (16_000, 1) and mix.dtype == np.float32
    np.testing.assert_allclose(np.abs(mix[:, 0]), np.abs(tone(1)) * left_over, atol=1e-3)


async def cut(sound, size):
    for at in range(0, len(sound), size):
        yield sound[at : at + size]


@pytest.mark.parametrize("rate", [4_000, 8_000, 16_000, 44_100, 192_000])
async def test_every_rate_becomes_one(rate):
    sound = np.stack([tone(2, rate)] * 2, axis=1)
    audio = np.concatenate([piece async for piece in heard(cut(sound, 1000), rate)])
    assert len(audio) == pytest.approx(32_000, abs=2)
    assert pitch(audio, 16_000) == pytest.approx(440, abs=1)
    assert np.sqrt(np.mean(audio[4000:28000] ** 2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.01)


async def test_no_piece_is_empty():
    assert [piece async for piece in heard(cut(np.zeros((0, 1), "f4"), 10), 48_000)] == []
    short = [piece async for piece in heard(cut(tone(0.001, 48_000)[:, None], 5), 48_000)]
    assert short and all(len(piece) for piece in short)
