"""The sound of a room."""

import numpy as np
import pytest

from benchmarks.idle.frames import DRIFT, messages, room


@pytest.mark.parametrize("level", [-70.0, -40.0])
def test_the_room_is_as_loud_as_asked(level):
    samples = room(7.0, level, seed=1).astype(float) / 32_768
    assert 10 * np.log10(np.mean(samples**2)) == pytest.approx(level, abs=DRIFT / 2)


def test_most_of_it_is_deep():
    power = np.abs(np.fft.rfft(room(4.0, -40.0, seed=1).astype(float))) ** 2
    hertz = np.arange(len(power)) / 4.0
    assert power[hertz < 1000].sum() > 4 * power[hertz > 1000].sum()


def test_the_same_seed_is_the_same_room():
    assert np.array_equal(room(1.0, -50.0, 3), room(1.0, -50.0, 3))
    assert not np.array_equal(room(1.0, -50.0, 3), room(1.0, -50.0, 4))


def test_it_comes_in_whole_messages():
    parts = messages(room(1.01, -50.0, 1))
    assert len(parts) == 50 and {len(part) for part in parts} == {640}
