"""The commands, from their options to their files; what they do is tested beside it."""

import json

import pytest
from click.testing import CliRunner

from benchmarks.commands import bench


@pytest.mark.slow
def test_load(tmp_path):
    path = tmp_path / "x.json"
    result = CliRunner().invoke(bench, ["page", "load", "--visits", "1", "--out", str(path)])
    written = json.loads(path.read_text())
    assert written["faults"] == [], result.output
    assert len(written["samples"]["streaming"]) == 1
    assert written["command"] == "captionflow bench page load --visits 1"


@pytest.mark.parametrize("lengths", ["0", "60", "long"])
def test_cuts_that_cannot_be_asked_for(lengths):
    assert CliRunner().invoke(bench, ["page", "cut", "--lengths", lengths]).exit_code == 2


def test_without_a_browser_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/bin/false")
    result = CliRunner().invoke(bench, ["page", "load", "--out", str(tmp_path / "x.json")])
    assert result.exit_code == 1 and "/bin/false does not start" in result.output
