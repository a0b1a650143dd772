"""Tables and files from figures."""

import json

import pytest

from benchmarks.report.result import Result, Settings, markdown, rows, table
from benchmarks.report.result import write as save
from benchmarks.run.live import Played, judge
from benchmarks.run.machine import Machine, Usage

MACHINE = Machine("a processor", 2, 8.0, (), "Linux 6", "3.11.0", None, {"captionflow": "0.1.0"})
SETTINGS = Settings(
    target="captionflow",
    corpus="dialogue",
    language="en",
    category=None,
    ids=(),
    seconds=60.0,
    seed=1,
    spread=2.0,
    drain=60.0,
    endpoint_ms=500,
    model=None,
    offline=True,
)


@pytest.fixture
def result(write):
    good = write([("red", 0.5, 1.0), ("fox", 1.5, 2.0)])
    good.partial(1.25, "red", stable="red")
    good.final(2.5, "red box")
    good.log.lateness = [0.001]
    bad = write([("red", 0.5, 1.0)])
    bad.log.failure = "ServerError: lost"
    runs = (
        judge(Played([good.log], Usage(210.4, 300.0, 1.25), None), {0: "Red fox!"}),
        judge(Played([bad.log], None, "the server exited with code 1"), {}),
    )
    return Result("2026-11-21T10:00:00+00:00", MACHINE, SETTINGS, runs)


def test_a_row_for_each_figure_and_a_column_for_each_run(result):
    head, *body = rows(result)
    assert head == ("figure", "unit", "1 stream", "1 stream")
    found = {line[0]: line[2:] for line in body}
    assert found["run"] == ("valid", "INVALID")
    assert found["word first shown"] == ("0.25 / 0.25 / 0.25", "–")
    assert found["WER of the finals"] == ("50.0 (1 / 0 / 0)", "100.0 (0 / 1 / 0)")
    assert found["WER offline, same weights"] == ("0.0 (0 / 0 / 0)", "–")
    assert found["price of being live"] == ("+50.0", "–")
    assert found["server memory, peak"] == ("210 (300)", "–")


def test_faults_are_kept(result):
    assert [run.valid for run in result.runs] == [True, False]
    assert result.runs[1].faults == ("stream 0: ServerError: lost", "the server exited with code 1")


def test_markdown_is_one_table(result):
    lines = markdown(result).splitlines()
    assert "dialogue" in lines[0] and "2 cores of a processor" in lines[0]
    assert {line.count("|") for line in lines[2:]} == {5}


def test_the_terminal_gets_the_same_rows(result):
    assert table(result).row_count == len(rows(result)) - 1


def test_the_file_holds_raw_samples(result, tmp_path):
    path = tmp_path / "new" / "result.json"
    save(result, path)
    read = json.loads(path.read_text())
    assert read["runs"][0]["scores"][0]["latencies"]["shown"] == [0.25]
    assert read["settings"]["seed"] == 1
    assert read["machine"]["cores"] == 2
