"""What a seed asks for."""

from itertools import islice

import pytest

from benchmarks.chaos import schedule
from benchmarks.chaos.schedule import FIRST, LAST, SPANS, STEPS, Moment, Way


def test_the_same_seed_is_the_same_run():
    assert schedule.kills(50, 1, "a") == schedule.kills(50, 1, "a")
    assert schedule.kills(50, 1, "a") != schedule.kills(50, 2, "a")
    assert schedule.kills(50, 1, "a") != schedule.kills(50, 1, "b")
    assert schedule.lines(30, 4, 1) == schedule.lines(30, 4, 1)
    assert schedule.lines(30, 4, 1) != schedule.lines(30, 4, 2)


def test_kills_come_at_every_moment_and_step():
    kills = schedule.kills(200, 1, "a")
    assert {kill.moment for kill in kills} == set(Moment)
    assert {kill.step for kill in kills} == {*STEPS, ""}
    assert all(0 <= kill.after <= SPANS[kill.moment] for kill in kills)
    assert all(bool(kill.step) == (kill.moment is Moment.FINALIZE) for kill in kills)


@pytest.mark.parametrize(("count", "clients"), [(200, 40), (12, 5), (1, 3)])
def test_all_drops_are_dealt_about_evenly(count, clients):
    lines = schedule.lines(count, clients, 1)
    drops = [drop for line in lines for drop in line.drops]
    assert (len(drops), len(lines)) == (count, clients)
    assert min(drop.seconds for drop in drops) == FIRST
    assert max(drop.seconds for drop in drops) in (FIRST, LAST)
    assert max(line.seconds for line in lines) < LAST + 30


def test_most_drops_are_short_and_of_every_way():
    drops = [drop for line in schedule.lines(200, 40, 1) for drop in line.drops]
    assert {drop.way for drop in drops} == set(Way)
    assert 95 < sum(drop.seconds < 2.5 for drop in drops) < 105


def test_some_clients_leave_and_some_say_no_thanks():
    habits = list(islice(schedule.habits(1, "a", 0, (2.0, 5.0)), 100))
    assert 5 < sum(one.leaves is not None for one in habits) < 30
    assert 60 < sum(one.thanks for one in habits) < 95
    assert all(2.0 <= one.seconds <= 5.0 for one in habits)
    assert len({one.name for one in habits}) == 100
