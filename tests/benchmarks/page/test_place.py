"""Where a sound lies in another."""

import numpy as np
import pytest

from benchmarks.page.place import find, sound

WHOLE = np.random.default_rng(1).standard_normal(16_000).astype(np.float32)


@pytest.mark.parametrize("offset", [0, 1, 7000, 15_000])
def test_a_part_is_found(offset):
    place = find(WHOLE, WHOLE[offset : offset + 4000])
    assert place.offset == offset and place.sure == pytest.approx(1.0, abs=1e-3)


def test_a_part_that_begins_before():
    noise = np.zeros(500, np.float32)
    place = find(WHOLE, np.concatenate((noise, WHOLE[:3000])))
    assert place.offset == -500 and place.sure == pytest.approx(1.0, abs=1e-3)


def test_loudness_is_no_difference():
    assert find(WHOLE, WHOLE[300:5000] * 0.1).sure == pytest.approx(1.0, abs=1e-3)


def test_another_sound_is_not_found():
    other = np.random.default_rng(2).standard_normal(4000).astype(np.float32)
    assert find(WHOLE, other).sure < 0.2
    assert find(WHOLE, np.zeros(100, np.float32)).sure == 0.0


def test_samples_as_sound():
    assert sound(np.array([0, 16_384, -32_768], np.int16)).tolist() == [0.0, 0.5, -1.0]
