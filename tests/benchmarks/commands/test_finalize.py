"""The command, from its options to its file."""

import json

import pytest
from click.testing import CliRunner

from benchmarks.commands import bench


@pytest.mark.slow
def test_a_short_run(tmp_path):
    path = tmp_path / "x.json"
    options = ["--hours", "0.005", "--runs", "1", "--markdown", "--out", str(path)]
    result = CliRunner().invoke(bench, ["finalize", *options])
    written = json.loads(path.read_text())
    assert written["kind"] == "finalize" and written["faults"] == [], result.output
    assert result.stdout.startswith("| figure | measured | reach |")
