"""The commands, from their options to their files; what they do is tested beside it."""

import json

import pytest
from click.testing import CliRunner

from benchmarks.commands import bench

TONES = ("--model", "tones")


def ran(tmp_path, *arguments):
    path = tmp_path / "x.json"
    result = CliRunner().invoke(bench, [*arguments, "--out", str(path)])
    return result, json.loads(path.read_text())


@pytest.mark.slow
def test_speech(tmp_path):
    options = ("--repeats", "1", "--seconds", "5", "--warmup", "0")
    result, written = ran(tmp_path, "whip", "speech", *options, *TONES)
    assert written["faults"] == [], result.output
    assert set(written["samples"]) == {"captionflow 0", "whip 1"}
    assert "whip speech --repeats 1 --seconds 5 --streams 1" in written["command"]
    assert written["settings"]["corpus"] == "dialogue" and "category" not in written["command"]


@pytest.mark.slow
def test_loss(tmp_path):
    options = ("--percent", "10", "--seconds", "5", "--repeats", "1")
    result, written = ran(tmp_path, "whip", "loss", *options, *TONES)
    assert written["faults"] == [], result.output
    assert written["settings"]["percent"] == [10.0]
    assert "--percent 10 --seconds 5" in written["command"]
    missing = [one for one in written["figures"] if "is missing" in one["name"]]
    assert [one["value"] for one in missing] == [0, 0]


@pytest.mark.slow
def test_calls(tmp_path):
    options = ("--levels", "1,2", "--seconds", "1", "--warmup", "0", "--processes", "1")
    result, written = ran(tmp_path, "whip", "calls", *options, *TONES)
    assert written["settings"]["levels"] == [1, 2], result.output
    assert set(written["samples"]) == {"0 pings", "1 pings", "2 pings"}
    assert "--levels 1,2" in written["command"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("calls", "--levels", "0"),
        ("calls", "--levels", "many"),
        ("loss", "--percent", "0,5"),
        ("loss", "--percent", "51"),
        ("loss", "--percent", "much"),
        ("speech", "--corpus", "nowhere"),
    ],
    ids=["none", "no-number", "no-loss", "most", "no-percent", "no-corpus"],
)
def test_what_cannot_be_asked_for(arguments):
    assert CliRunner().invoke(bench, ["whip", *arguments]).exit_code == 2


def test_a_corpus_without_anything_is_said_plainly(tmp_path):
    result = CliRunner().invoke(bench, ["whip", "speech", "--corpus", str(tmp_path)])
    assert result.exit_code == 1 and "no corpus in" in result.output
