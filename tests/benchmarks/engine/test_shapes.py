"""Models that are made here."""

import ctranslate2
import pytest

from benchmarks.engine.shapes import SHAPES, Shape, build


@pytest.mark.parametrize("mels", [80, 128])
def test_a_model_of_any_shape_loads(tmp_path, mels):
    shape = Shape(2, 1, 64, 2, mels=mels, vocabulary=1600)
    model = ctranslate2.models.Whisper(str(build(shape, tmp_path)), compute_type="int8")
    assert model.n_mels == mels


def test_the_same_seed_is_the_same_model(tmp_path):
    shape = Shape(1, 1, 64, 2, vocabulary=1600)
    first, same, other = (
        (build(shape, tmp_path / name, seed) / "model.bin").read_bytes()
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first == same != other


@pytest.mark.slow
def test_tiny_is_as_large_as_tiny(tmp_path):
    """39 million weights (Radford et al. 2022), two bytes each."""
    size = (build(SHAPES["tiny"], tmp_path) / "model.bin").stat().st_size
    assert size == pytest.approx(2 * 39e6, rel=0.05)


def test_turbo_is_large_with_a_short_decoder():
    turbo, large = SHAPES["large-v3-turbo"], SHAPES["large-v3"]
    assert (turbo.encoder_layers, turbo.decoder_layers) == (32, 4)
    assert (turbo.width, turbo.heads, turbo.mels) == (large.width, large.heads, large.mels)
