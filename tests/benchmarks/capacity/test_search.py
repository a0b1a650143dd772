"""The search against made curves, whose answers are known."""

import random

import pytest

from benchmarks.capacity.search import Level, Outcome, Plan, capacity, following

PASSED, NARROW, FAILED = Outcome.PASSED, Outcome.NARROW, Outcome.FAILED


def search(plan, outcome):
    """Follow the search; `outcome` says how a level goes, the second time with `again`."""
    tried = []
    while (level := following(plan, tried)) is not None:
        again = any(level == before for before, _ in tried)
        tried.append((level, outcome(level, again)))
        assert len(tried) < 50, "the search does not end"
    return tried


def limit(full, probe=None):
    """A server that carries `full` streams for the whole length and seems to carry `probe`."""
    return lambda level, again: (
        PASSED if level.streams <= (full if level.full or probe is None else probe) else FAILED
    )


def played(tried):
    return [f"{level.streams}{'' if level.full else '?'}" for level, _ in tried]


def test_doubles_then_halves_the_gap():
    tried = search(Plan(1, 64, probes=False), limit(11))
    assert played(tried) == ["1", "2", "4", "8", "16", "12", "10", "11"]


def test_probes_go_ahead_and_one_full_level_is_enough():
    plan = Plan(1, 64, probes=True)
    tried = search(plan, limit(5))
    assert played(tried) == ["1?", "2?", "4?", "8?", "6?", "5?", "5"]
    assert capacity(plan, tried) == 5


def test_a_probe_rules_nothing_in():
    plan = Plan(4, 4, probes=True)
    tried = [(Level(4, full=False), PASSED)]
    assert capacity(plan, tried) == 0
    assert following(plan, tried) == Level(4, full=True)


def test_where_the_probes_saw_too_much_it_goes_down_in_growing_steps_and_up_again():
    plan = Plan(1, 64, probes=True)
    tried = search(plan, limit(9, probe=16))
    full = [name for name in played(tried) if "?" not in name]
    assert full == ["16", "15", "13", "9", "11", "10"]
    assert capacity(plan, tried) == 9


@pytest.mark.parametrize("probes", [False, True])
@pytest.mark.parametrize("start", [1, 3, 8, 40, 99])
@pytest.mark.parametrize("most", [1, 7, 40])
def test_every_limit_is_found(start, most, probes):
    plan = Plan(start, most, probes)
    for answer in range(most + 3):
        for seems in {answer, answer + 1, 2 * answer, max(answer - 1, 0), most}:
            tried = search(plan, limit(answer, seems if probes else None))
            least = min(answer, seems) if probes else answer
            assert capacity(plan, tried) == min(least, most)
            assert all(1 <= level.streams <= most for level, _ in tried)


def test_none_passes():
    plan = Plan(4, 64, probes=False)
    tried = search(plan, limit(0))
    assert played(tried) == ["4", "2", "1"]
    assert capacity(plan, tried) == 0


def test_all_pass_up_to_the_most():
    plan = Plan(2, 20, probes=True)
    tried = search(plan, limit(99))
    assert played(tried) == ["2?", "4?", "8?", "16?", "20?", "20"]
    assert capacity(plan, tried) == 20


def test_a_narrow_failure_is_played_again_and_the_second_time_counts():
    plan = Plan(1, 4, probes=False)

    def unlucky(level, again):
        return PASSED if level.streams < 4 or again else NARROW

    tried = search(plan, unlucky)
    assert played(tried) == ["1", "2", "4", "4"]
    assert capacity(plan, tried) == 4


def test_two_narrow_failures_are_believed():
    plan = Plan(1, 4, probes=False)
    tried = search(plan, lambda level, again: PASSED if level.streams < 3 else NARROW)
    assert played(tried) == ["1", "2", "4", "4", "3", "3"]
    assert capacity(plan, tried) == 2


def test_a_probe_that_failed_narrowly_rules_nothing_out():
    plan = Plan(2, 2, probes=True)
    tried = search(plan, lambda level, again: PASSED if level.full else NARROW)
    assert played(tried) == ["2?", "2"]
    assert capacity(plan, tried) == 2


def luck(chance):
    return lambda level, again: chance.choice((PASSED, NARROW, FAILED))


@pytest.mark.parametrize("probes", [False, True])
def test_noise_never_keeps_it_from_ending_or_ruling_in_what_did_not_pass(probes):
    for seed in range(300):
        chance = random.Random(seed)
        plan = Plan(chance.randint(1, 9), chance.randint(1, 30), probes)
        tried = search(plan, luck(chance))
        answer = capacity(plan, tried)
        assert answer == 0 or (Level(answer, full=True), PASSED) in tried
        assert not any(
            level.full and outcome is FAILED and level.streams <= answer for level, outcome in tried
        )
