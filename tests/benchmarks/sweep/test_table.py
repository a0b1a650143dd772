"""A sweep as rows."""

import pytest
from msgspec.structs import replace

from benchmarks.capacity.verdict import Breach
from benchmarks.report import result as report
from benchmarks.run.live import Played, judge
from benchmarks.run.machine import Machine
from benchmarks.run.settings import Settings
from benchmarks.sweep.grid import axis, points
from benchmarks.sweep.pareto import Costs, Tried
from benchmarks.sweep.table import HEADS, Sweep, heading, last, rows
from benchmarks.sweep.turns import Turn

MACHINE = Machine("a processor", 2, 8.0, (), "Linux 6", "3.11.0", None, {})
SETTINGS = Settings("captionflow", "made", "en", None, (), 60.0, 1, 2.0, 60.0, 500, None, True)
ONE, TWO, THREE, FOUR = points([axis("model.beam=1,2,3,4")])


@pytest.fixture
def found(write):
    run = judge(Played([write([("red", 0.5, 1.0)]).log], None, None), {})
    return Sweep(
        "2026-11-21T10:00:00+00:00",
        MACHINE,
        SETTINGS,
        (run,),
        repeats=2,
        turns=(Turn(0, 1, 0, None),),
        slo=None,
        slack=0.5,
        tried=(
            Tried(ONE, Costs(1.0, 3.0, 5.0, 0.4), (2.9, 3.1), (), ()),
            Tried(TWO, Costs(1.0, 2.0, 5.0, 0.4), (2.0,), (), ()),
            Tried(THREE, None, (), ("the server ended with status 1\nlog",), ()),
            Tried(FOUR, Costs(0.9, 9.0, 5.0, 0.4), (9.0,), (), (Breach("wer", 4, 5),)),
        ),
        winner=1,
    )


def test_the_quickest_first_and_marks_behind(found):
    head, *body = rows(found)
    assert head == HEADS
    assert body == [
        ("beam=2", "1.00", "2.00", "–", "5.0", "0.40", "winner"),
        ("beam=1", "1.00", "3.00", "2.90 to 3.10", "5.0", "0.40", "dominated"),
        ("beam=4", "0.90", "9.00", "–", "5.0", "0.40", "outside: wer 5 (limit 4)"),
        ("beam=3", "–", "–", "–", "–", "–", "failed: the server ended with status 1"),
    ]


def test_the_heading_names_the_winner(found):
    assert heading(found).startswith("4 points, winner: beam=2. captionflow, made")
    assert "winner: none" in heading(replace(found, winner=None))


def test_the_last_turn_in_a_line(found):
    assert last(found) == "beam=2: committed p95 –"
    dead = Turn(0, 2, None, "the server ended with status 1\nlog")
    assert last(replace(found, turns=(dead,))) == "beam=3: the server ended with status 1"
    (run,) = found.runs
    lost = replace(run, valid=False, faults=("stream 0: lost",))
    assert last(replace(found, runs=(lost,))) == "beam=2: INVALID: stream 0: lost"


def test_the_file_is_a_result_like_any_other(found, tmp_path):
    report.write(found, tmp_path / "sweep.json")
    assert report.read(tmp_path / "sweep.json").settings == SETTINGS
    assert b'"settings":[["model.beam",1]]' in (tmp_path / "sweep.json").read_bytes()
