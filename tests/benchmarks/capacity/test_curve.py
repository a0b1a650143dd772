"""A search as rows and as a sentence."""

import pytest
from msgspec.structs import replace

from benchmarks.capacity.curve import HEADS, Capacity, answer, heading, named, outcome, rows, said
from benchmarks.capacity.search import Level, Plan
from benchmarks.capacity.slo import parse
from benchmarks.capacity.verdict import judge
from benchmarks.report import result as report
from benchmarks.run.machine import Machine
from benchmarks.run.settings import Settings

MACHINE = Machine("a processor", 2, 8.0, (), "Linux 6", "3.11.0", None, {})
SETTINGS = Settings("captionflow", "made", "en", None, (), 60.0, 1, 2.0, 60.0, 500, None, True)
PLAN = Plan(1, 4, probes=True)
SLO = parse("mine", "committed.p95 = 0.4")


@pytest.fixture
def found(run):
    """A probe of two that broke the bound narrowly, and a full level of one that was inside."""
    good, more = parse("mine", "committed.p95 = 0.6"), replace(run, streams=2)
    verdicts = (
        judge(more, parse("mine", "committed.p95 = 0.45"), Level(2, full=False), 6.0),
        judge(run, good, Level(1, full=True), 60.0),
    )
    return Capacity(
        "2026-11-21T10:00:00+00:00",
        MACHINE,
        SETTINGS,
        (more, run),
        plan=PLAN,
        slo=good,
        verdicts=verdicts,
        streams=answer(PLAN, verdicts),
        complete=True,
    )


def test_a_row_for_each_level_the_fewest_streams_first(found):
    head, one, two = rows(found)
    assert head == HEADS
    assert one == ("1", "1", "0.50", "1.00", "50.0", "50.0", "–", "0.75", "passed")
    assert two[:2] == ("2", "0.1")
    assert two[-1] == "probe: narrow: committed.p95"


def test_a_verdict_in_words(found):
    assert outcome(found.verdicts[0]) == "narrow: committed.p95 0.5 (limit 0.45)"
    assert outcome(found.verdicts[1]) == "passed"
    assert named(found.verdicts[0]) == "0.1 min, probe"


def test_the_answer_in_a_sentence(found):
    assert said(found) == "1 stream inside mine"
    assert heading(found).startswith("1 stream inside mine. captionflow, made")
    assert "none" not in said(replace(found, streams=4))
    assert "--max" in said(replace(found, streams=4))
    assert said(replace(found, streams=0)) == "no number of streams is inside mine"
    assert "ended early" in said(replace(found, complete=False))


def test_the_file_is_a_result_like_any_other(found, tmp_path):
    path = tmp_path / "capacity.json"
    report.write(found, path)
    read = report.read(path)
    assert [run.streams for run in read.runs] == [2, 1]
    assert b'"outcome":"narrow","broken":[{"bound":"committed.p95"' in path.read_bytes()
