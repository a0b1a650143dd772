"""The command, from its options to its file."""

import json

import pytest
from click.testing import CliRunner

from benchmarks.commands import bench


def test_a_folder_without_recordings(tmp_path):
    result = CliRunner().invoke(bench, ["uploads", "--corpus", str(tmp_path)])
    assert result.exit_code == 1 and "no corpus in" in result.output


def test_a_category_that_is_not_there():
    result = CliRunner().invoke(bench, ["uploads", "--category", "codec"])
    assert result.exit_code == 1 and "codec" in result.output


@pytest.mark.slow
def test_a_short_run(tmp_path):
    path = tmp_path / "x.json"
    options = ["--model", "tiny.en", "--markdown", "--out", str(path)]
    result = CliRunner().invoke(bench, ["uploads", *options])
    written = json.loads(path.read_text())
    assert written["kind"] == "uploads" and written["faults"] == [], result.output
    assert written["settings"]["corpus"] == "dialogue"
    assert result.stdout.startswith("| figure | measured | reach |")
    assert "synthetic: word errors" in result.stdout
