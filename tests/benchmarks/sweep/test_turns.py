"""The order of play, and what comes of servers that do not start."""

import pytest

from benchmarks.run.live import Played, judge
from benchmarks.run.machine import Usage
from benchmarks.sweep.grid import axis, points, schedule
from benchmarks.sweep.turns import gather, turns
from server.commands.child import ServerDied

POINTS = points([axis("model.beam=1,2"), axis("streaming.anchor=1000,2000")])
BASE = {"model": {"name": "tiny.en"}}


@pytest.fixture
def run(write):
    log = write([("red", 0.5, 1.0)])
    log.final(2.0, "red", end=1.0)
    return judge(Played([log.log], Usage(1.0, 1.0, 0.5), None), {})


def test_each_point_is_played_with_its_settings_over_those_of_all(run):
    served = []

    def play(sections):
        served.append(sections)
        return run

    played = [turn for turn, _ in turns(POINTS, 2, 1, BASE, play)]
    assert [(turn.repeat, turn.point) for turn in played] == schedule(4, 2, 1)
    assert [turn.run for turn in played] == list(range(8))
    assert served == [POINTS[turn.point].over(BASE) for turn in played]
    assert served[0]["model"]["name"] == "tiny.en"


def test_a_server_that_does_not_start_fails_its_point_alone(run):
    def play(sections):
        if sections["model"]["beam"] == 2:
            raise ServerDied("the server ended with status 1")
        return run

    taken = list(turns(POINTS, 2, 1, BASE, play))
    played, runs = [turn for turn, _ in taken], [one for _, one in taken if one]
    assert len(played) == 8 and len(runs) == 4
    found = gather(POINTS, played, runs, None)
    assert [one.eligible for one in found] == [True, True, False, False]
    assert found[0].p95s == (1.0, 1.0)
    assert found[2].failures == ("the server ended with status 1",) * 2


def test_points_that_were_not_played_yet_have_no_figures():
    assert [one.costs for one in gather(POINTS, [], [], None)] == [None] * 4
