"""What is reached, and how it is told."""

import json

from benchmarks.report import reach
from benchmarks.report.reach import Figure, Outcome
from benchmarks.run.machine import Machine

MACHINE = Machine("chip", 2, 8.0, (), "Linux 6", "3.11", None, {})


def outcome(*figures, faults=()):
    return Outcome("chaos kill", "2026", MACHINE, "captionflow", {}, figures, {}, faults)


def test_a_figure_is_missed_beyond_its_most_and_when_there_is_none():
    assert not Figure("x", 1.0, "s", 1.0).missed
    assert Figure("x", 1.1, "s", 1.0).missed
    assert Figure("x", None, "s", 1.0).missed
    assert not Figure("x", None, "s").missed


def test_an_outcome_is_reached_without_faults_and_misses():
    assert outcome(Figure("x", 1, "", 1)).reached
    assert not outcome(Figure("x", 2, "", 1)).reached
    assert not outcome(Figure("x", 1, "", 1), faults=("something",)).reached


def test_the_table_marks_what_is_missed():
    table = reach.rows([Figure("a", 0.5, "s", 0.25), Figure("b", 1234.5, "ms"), Figure("c", 2, "")])
    assert table[1:] == [("a", "0.5 s MISSED", "≤ 0.25 s"), ("b", "1234 ms", "–"), ("c", "2", "–")]
    assert reach.markdown(table).splitlines()[:3] == [
        "| figure | measured | reach |",
        "| --- | --: | --: |",
        "| a | 0.5 s MISSED | ≤ 0.25 s |",
    ]


def test_percentiles_are_values_that_occurred():
    samples = [n / 1000 for n in range(1, 101)]
    p50, p95, p99 = reach.percentiles("x", samples, "ms", 1000, p95=90.0)
    assert (p50.value, p95.value, p99.value) == (50.0, 95.0, 99.0)
    assert p95.missed and not p50.missed and not p99.missed
    assert [one.value for one in reach.percentiles("x", [], "ms")] == [None] * 3


def test_the_file_has_all(tmp_path):
    path = tmp_path / "new" / "x.json"
    reach.write(outcome(Figure("x", 1, "", 1)), path)
    assert json.loads(path.read_text())["figures"] == [
        {"name": "x", "value": 1, "unit": "", "most": 1}
    ]
