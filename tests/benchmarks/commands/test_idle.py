"""The command, from its options to its exit code."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.commands import bench
from benchmarks.figures import metrics
from benchmarks.idle import run

PEER = Path(__file__).parents[1] / "peer.py"


@pytest.fixture
def command(monkeypatch, tmp_path):
    """Run `idle` against the scripted peer, which says "red fox" to whoever talks."""
    monkeypatch.setattr(metrics, "LATE", 5.0)

    def play(*options, peer=()):
        words = [["red", 1.0, 1.3], ["fox", 1.4, 1.7]]
        line = [sys.executable, str(PEER), json.dumps(words), *peer]
        monkeypatch.setattr(run, "serve_command", lambda data, *more: line)
        path = tmp_path / "idle.json"
        times = ("--seconds", "3.2", "--warmup", "0.2", "--out", str(path))
        result = CliRunner().invoke(bench, ["idle", *times, *options])
        return result, json.loads(path.read_text()) if path.exists() else None

    return play


@pytest.mark.slow
def test_silence_beside_somebody_who_speaks(command, recording, tmp_path):
    words = [{"w": "red", "start": 0.2, "end": 0.5}, {"w": "fox", "start": 0.6, "end": 0.9}]
    recording(tmp_path, "fox", words, text="red fox")
    options = ("--levels", "2,0", "--speaking", "1", "--corpus", str(tmp_path), "--markdown")
    result, written = command(*options)
    assert result.exit_code == 0, result.output
    assert [one["sessions"] for one in written["runs"]] == [0, 2]
    assert all(one["committed"]["count"] for one in written["runs"])
    assert "| quiet sessions |" in result.stdout


@pytest.mark.slow
def test_a_server_that_dies_leaves_partial_results_and_an_exit_code(command):
    result, written = command("--levels", "2,3", peer=("0.5",))
    assert result.exit_code == 1
    assert "INVALID (2 sessions)" in result.stderr
    assert len(written["runs"]) == 1


@pytest.mark.parametrize("levels", ["", "many", "1,-2"])
def test_levels_are_numbers(command, levels):
    result, written = command("--levels", levels)
    assert result.exit_code == 2 and written is None


def test_no_corpus(command, tmp_path):
    result, written = command("--speaking", "1", "--corpus", str(tmp_path / "none"))
    assert result.exit_code == 1 and "no corpus" in result.stderr and written is None
