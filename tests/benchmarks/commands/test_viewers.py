"""The command, from its options to its file."""

import json

import pytest
from click.testing import CliRunner

from benchmarks.commands import bench


@pytest.mark.slow
def test_a_short_run(tmp_path):
    path = tmp_path / "x.json"
    options = ["--viewers", "20", "--seconds", "5", "--alone", "1", "--model", "tones"]
    result = CliRunner().invoke(bench, ["viewers", *options, "--markdown", "--out", str(path)])
    written = json.loads(path.read_text())
    assert written["kind"] == "viewers", result.output
    assert written["command"] == (
        "captionflow bench viewers --viewers 20 --processes 2 --seconds 5 --alone 1 --model tones"
    )
    assert not any("lost" in each["name"] and each["value"] for each in written["figures"])
    assert result.stdout.startswith("| figure | measured | reach |")


def test_a_talk_that_is_too_short_is_told(tmp_path):
    options = ["--viewers", "1", "--seconds", "1", "--alone", "1", "--out", str(tmp_path / "x")]
    result = CliRunner().invoke(bench, ["viewers", *options])
    assert result.exit_code == 1 and "no utterance fits in streams of 1 s" in result.output
