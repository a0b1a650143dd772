"""The file that keeps a run, and what is said of it in one line."""

import json

import pytest
from msgspec.structs import replace

from benchmarks.report.result import BadResult, read, title
from benchmarks.report.result import write as save


def test_faults_are_kept(result):
    assert [run.valid for run in result.runs] == [True, False]
    assert result.runs[1].faults == ("stream 0: ServerError: lost", "the server exited with code 1")


def test_the_file_holds_raw_samples(result, tmp_path):
    path = tmp_path / "new" / "result.json"
    save(result, path)
    read = json.loads(path.read_text())
    assert read["runs"][0]["scores"][0]["latencies"]["shown"] == [0.25]
    assert read["settings"]["seed"] == 1
    assert read["machine"]["cores"] == 2


def test_the_file_can_be_read_again(result, tmp_path):
    path = tmp_path / "result.json"
    save(result, path)
    again = read(path)
    assert again.settings == result.settings
    assert again.runs[0].figures == result.runs[0].figures
    assert again.runs[1].faults == result.runs[1].faults


@pytest.mark.parametrize("content", [b"", b"{", b'{"began": 3}', b"\xff"])
def test_a_file_that_is_no_result(tmp_path, content):
    path = tmp_path / "result.json"
    path.write_bytes(content)
    with pytest.raises(BadResult, match="is not the result of a run"):
        read(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadResult, match="cannot read"):
        read(tmp_path / "result.json")


def test_the_title_says_what_is_unusual(result):
    assert "60 s a stream, endpoint 500 ms, 2 cores" in title(result)
    unusual = replace(
        result.settings,
        talk=0.4,
        warmup=10.0,
        forced=True,
        serve={"streaming": {"look_every": 400}},
    )
    line = title(replace(result, settings=unusual))
    assert "60 s a stream, 40% of it talk after 10 s of warm-up, endpoint 500 ms, forced" in line
    assert "streaming.look_every=400" in line
