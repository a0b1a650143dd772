"""Passes of fixed length."""

import pytest

from benchmarks.engine.model import Fixed, Lane, Load, noise
from inference.types import SAMPLE_RATE, Hypothesis
from tests.benchmarks.engine.conftest import HEAVY, LOOK


@pytest.mark.parametrize("rows", [1, 3])
def test_every_text_has_as_many_tokens_as_speech_would(model, rows):
    for load in (LOOK, HEAVY, Load("long", 300, 6.0, 1)):
        encoded = model.model.encode(model._mel(load, noise(load, rows)))
        texts = model._decode(load, encoded, rows)
        assert [len(text) for text in texts] == [load.tokens] * rows
    assert HEAVY.tokens == 8


def test_a_pass_has_all_its_stages(model):
    stages = model.run(LOOK, noise(LOOK, 2))
    parts = (stages.features, stages.encode, stages.decode, stages.align)
    assert all(part > 0 for part in parts) and stages.whole == pytest.approx(sum(parts))


def test_real_weights_run_at_fixed_length_too(tiny_english):
    model = Fixed(tiny_english, "cpu", "int8", 1, 1)
    assert len(model.prompt) == 2  # one language: nothing to say about it
    assert model.run(LOOK, noise(LOOK, 1)).whole > 0


@pytest.fixture
def tiny_english():
    from inference.models import folder

    return folder("tiny.en")


def test_a_folder_without_vocabulary_is_refused(weights, tmp_path):
    for name in ("model.bin", "config.json"):
        (tmp_path / name).write_bytes((weights / name).read_bytes())
    with pytest.raises(RuntimeError, match="vocabulary"):
        Fixed(tmp_path, "cpu", "int8", 1, 1)


def test_a_type_of_numbers_that_is_not_here_is_refused(weights):
    with pytest.raises(ValueError, match="compute type"):
        Fixed(weights, "cpu", "int3", 1, 1)


def test_a_lane_knows_its_loads_by_their_length(model):
    lane = Lane(model, (LOOK, HEAVY))
    (short,), (long,) = noise(LOOK, 1), noise(HEAVY, 1)
    assert (lane.kind(short), lane.kind(long)) == ("look", "heavy")
    assert len(long.audio) == 2 * SAMPLE_RATE
    assert lane.transcribe([short]) == [Hypothesis(())]
