"""How far a server is behind, from what it has acknowledged."""

import pytest
from captionflow import AudioAck, Pong

from benchmarks.whip.delay import delays, growth


def log(write, delay, seconds=20.0):
    made = write([], seconds)
    for half in range(1, round(2 * seconds)):
        at = half / 2
        made.event(at, AudioAck(round((at - delay(at)) * 32_000), 0))
        made.event(at, Pong(0.0))
    return made.log


def test_each_acknowledgement_while_audio_is_sent(write):
    made = log(write, lambda _: 0.25)
    found = delays(made)
    assert len(found) == 39 and found[0] == pytest.approx((0.5, 0.25))


def test_a_steady_delay_does_not_grow(write):
    found = growth(delays(log(write, lambda _: 0.25)))
    assert found.usual == pytest.approx(0.25)
    assert found.later == pytest.approx(0) and found.slope == pytest.approx(0)


def test_a_delay_that_stays_after_a_loss_has_grown(write):
    found = growth(delays(log(write, lambda at: 0.08 if at < 10 else 0.28)))
    assert found.later == pytest.approx(0.2)


def test_a_slope(write):
    found = growth(delays(log(write, lambda at: at / 100)))
    assert found.slope == pytest.approx(0.01)


def test_too_little_to_tell(write):
    assert growth(delays(log(write, lambda _: 0.1, seconds=3.0))) is None
