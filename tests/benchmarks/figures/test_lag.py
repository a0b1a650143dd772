"""Falling behind."""

import pytest
from captionflow import AudioAck, SpeechStart

from benchmarks.figures.lag import each_second, lags, slope


def test_lag_is_what_was_sent_and_is_not_covered(write):
    log = write([])
    log.event(2.0, AudioAck(received=64_000, settled=32_000))
    log.partial(3.0, "a", end=2.5)
    log.event(3.5, SpeechStart(seq=1, seg=0, at=3.0))
    log.event(4.0, AudioAck(received=128_000, settled=32_000))
    log.final(25.0, "a", end=3.0)
    times, found = zip(*lags(log.log), strict=True)
    assert times == pytest.approx((2.0, 3.0, 4.0))
    assert found == pytest.approx((1.0, 0.5, 1.5))


def test_a_server_at_half_speed_falls_behind_by_half_a_second_a_second(write):
    log = write([])
    for second in range(1, 20):
        log.event(second, AudioAck(received=32_000 * second, settled=16_000 * second))
    assert slope(lags(log.log)) == pytest.approx(0.5)


def test_a_server_that_keeps_up(write):
    log = write([])
    for second in range(1, 20):
        log.event(second, AudioAck(received=32_000 * second, settled=32_000 * (second - 1)))
    assert slope(lags(log.log)) == pytest.approx(0.0)


@pytest.mark.parametrize("count", [0, 1, 9])
def test_too_little_to_tell(count):
    assert slope([(float(n), 1.0) for n in range(count)]) is None
    assert slope([(n / 10, 1.0) for n in range(20)]) is None


def test_of_each_second_the_worst_is_kept():
    assert each_second([(0.1, 0.5), (0.9, 0.2), (1.0, 0.0), (3.2, 0.1), (3.4, 0.3)]) == [
        (0.1, 0.5),
        (1.0, 0.0),
        (3.4, 0.3),
    ]
