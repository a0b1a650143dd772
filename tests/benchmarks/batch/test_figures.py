from pytest import approx

from benchmarks.batch.contenders import Contender
from benchmarks.batch.figures import factor, figures, wrong
from benchmarks.batch.run import Turn

OURS, SEQUENTIAL = Contender("captionflow"), Contender("sequential")
EIGHT, SIXTEEN = Contender("batched", 8), Contender("batched", 16)
STAMPED = Contender("batched", 8, timestamps=True)


def test_the_factor_is_work_over_audio(recordings, turn):
    assert factor(turn(OURS, 0.5).answer, recordings) == approx(1.0 / 20.0)


def test_errors_of_all_files_are_added(recordings, turn):
    found = wrong(turn(OURS, 1.0, ("red cat", "old")).answer, recordings)
    assert (found.substitutions, found.deletions, found.insertions, found.words) == (1, 1, 0, 4)


def test_speed_is_told_against_the_quickest_plain_batched_peer_of_the_same_round(recordings, turn):
    found = [OURS, SEQUENTIAL, EIGHT, SIXTEEN, STAMPED]
    rounds = [
        *(turn(one, seconds) for one, seconds in zip(found, (1, 9, 4, 3, 0.1), strict=True)),
        *(turn(one, seconds) for one, seconds in zip(found, (2, 9, 4, 5, 0.1), strict=True)),
    ]
    ours, sequential, eight, *_ = figures(found, rounds, recordings)
    assert ours.factors == approx((0.1, 0.2))
    assert ours.factor == approx(0.15)
    assert ours.faster == approx((2.5, 2.0, 3.0))
    assert sequential.faster[0] < 1
    assert eight.faster == approx((0.875, 0.75, 1.0))


def test_a_round_may_be_in_any_order(recordings, turn):
    rounds = [turn(EIGHT, 2), turn(OURS, 1), turn(OURS, 1), turn(EIGHT, 4)]
    ours, _ = figures([OURS, EIGHT], rounds, recordings)
    assert ours.faster == approx((3.0, 2.0, 4.0))


def test_memory_is_the_most_of_all_rounds(recordings, turn):
    (ours,) = figures([OURS], [turn(OURS, 1, rss=100.0), turn(OURS, 1, rss=300.0)], recordings)
    assert (ours.rss_loaded, ours.rss, ours.words) == (50.0, 300.0, 4)
    assert ours.faster is None and ours.steady


def test_rounds_that_disagree_are_told(recordings, turn):
    other = turn(OURS, 1, ("red box", "old dog"))
    (ours,) = figures([OURS], [turn(OURS, 1), other], recordings)
    assert not ours.steady and ours.errors.rate == 0


def test_a_turn_that_failed_counts_for_nothing_but_is_told(recordings, turn):
    died = Turn(OURS, None, "out of memory")
    ours, eight = figures([OURS, EIGHT], [died, turn(EIGHT, 1)], recordings)
    assert ours.faults == ("out of memory",)
    assert (ours.factor, ours.errors, ours.rss, ours.faster) == (None, None, None, None)
    assert eight.factor == approx(0.1)


def test_without_a_peer_nothing_is_faster(recordings, turn):
    ours, _ = figures([OURS, EIGHT], [turn(OURS, 1), Turn(EIGHT, None, "died")], recordings)
    assert ours.faster is None and ours.factor == approx(0.1)
