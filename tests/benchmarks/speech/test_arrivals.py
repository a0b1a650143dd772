"""The plan of starts."""

from benchmarks.speech.arrivals import plan


def test_the_same_seed_gives_the_same_plan():
    assert plan(20, 5.0, seed=7) == plan(20, 5.0, seed=7)
    assert plan(20, 5.0, seed=7) != plan(20, 5.0, seed=8)


def test_starts_ascend_from_zero_within_the_spread():
    starts = plan(50, 5.0, seed=1)
    assert len(starts) == 50
    assert starts[0] == 0.0
    assert list(starts) == sorted(starts)
    assert starts[-1] <= 5.0


def test_one_stream_begins_at_once():
    assert plan(1, 5.0, seed=1) == (0.0,)
