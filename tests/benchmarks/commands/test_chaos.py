"""The commands, from their options to their exit codes; what they do is tested beside it."""

import json

import pytest
from click.testing import CliRunner

from benchmarks.commands import bench


@pytest.mark.slow
def test_a_kill(tmp_path):
    path = tmp_path / "x.json"
    options = ["--kills", "1", "--embedded", "0", "--clients", "2", "--linger", "1", "--seed", "2"]
    talk = ["--shortest", "3", "--longest", "5", "--out", str(path)]
    result = CliRunner().invoke(bench, ["chaos", "kill", *options, *talk])
    assert result.exit_code == 0, result.output
    written = json.loads(path.read_text())
    assert written["settings"]["kills"] == 1 and written["samples"]["start"]
    assert "--kills 1 --seed 2 --embedded 0 --clients 2" in written["command"]


@pytest.mark.slow
def test_a_drop(tmp_path):
    path = tmp_path / "x.json"
    options = ["--drops", "1", "--clients", "1", "--longest", "0.2", "--out", str(path)]
    result = CliRunner().invoke(bench, ["chaos", "drop", *options])
    written = json.loads(path.read_text())
    assert written["faults"] == [], result.output
    assert written["samples"]["drops"] == [0.1]


@pytest.mark.slow
def test_a_kill_of_a_worker(tmp_path):
    path = tmp_path / "x.json"
    options = ["--kills", "1", "--server", "0", "--clients", "2", "--lost", "1", "--seed", "2"]
    files = ["--shortest", "5", "--longest", "8", "--out", str(path)]
    result = CliRunner().invoke(bench, ["chaos", "worker", *options, *files])
    assert result.exit_code == 0, result.output
    written = json.loads(path.read_text())
    assert written["settings"]["lost"] == 1 and written["samples"]["job"]
    assert "--kills 1 --seed 2 --server 0 --workers 2 --clients 2" in written["command"]


def test_there_is_nothing_to_do_without_kills():
    assert CliRunner().invoke(bench, ["chaos", "kill", "--kills", "0"]).exit_code == 2
