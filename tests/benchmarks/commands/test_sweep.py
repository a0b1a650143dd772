"""The command, from its options to the winner's settings file."""

import json
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.commands import bench
from benchmarks.figures import metrics
from benchmarks.report.result import read
from benchmarks.run import live
from server.settings import load

PEER = Path(__file__).parents[1] / "peer.py"
HEARD = [["red", 1.0, 1.3], ["fox", 1.4, 1.7]]  # one recording after the first gap
MISHEARD = [["bread", 1.0, 1.3], ["fox", 1.4, 1.7]]


@pytest.fixture
def command(corpus_folder, tmp_path):
    """Sweep with one stream of one short recording."""

    def run(*more):
        path = tmp_path / "out" / "result.json"
        options = ["sweep", "--corpus", str(corpus_folder), "--id", "pair-0", "--no-offline"]
        options += ["--seconds", "3.2", "--drain", "5", "--spread", "0", "--out", str(path), *more]
        result = CliRunner().invoke(bench, options)
        return result, json.loads(path.read_text()) if path.exists() else None

    return run


@pytest.fixture
def served_by_peer(monkeypatch):
    """The scripted peer in place of the project's own server. It mishears with a beam of 1, does
    not start with one of 9, and writes down with what it was started."""
    # How busy the machine is that runs the tests must not decide whether a run is valid here.
    monkeypatch.setattr(metrics, "LATE", 5.0)
    started = []

    def line(data, option, config):
        assert option == "--config"
        started.append(tomllib.loads(Path(config).read_text()))
        beam = started[-1]["model"]["beam"]
        if beam == 9:
            return [sys.executable, "-c", "raise SystemExit('no such beam')"]
        return [sys.executable, str(PEER), json.dumps(MISHEARD if beam == 1 else HEARD)]

    monkeypatch.setattr(live, "serve_command", line)
    return started


@pytest.mark.slow
def test_the_winner_becomes_a_settings_file(command, served_by_peer, tmp_path):
    found = tmp_path / "winner.toml"
    options = ["--set", "streaming.anchor=2000", "--repeats", "2", "--winner", str(found)]
    result, written = command("--grid", "model.beam=1,2", *options, "--markdown")
    assert result.exit_code == 0, result.output
    assert [turn["repeat"] for turn in written["turns"]] == [0, 0, 1, 1]
    played = [written["tried"][turn["point"]]["point"] for turn in written["turns"]]
    assert [point["settings"] for point in played] == [
        [["model.beam", sections["model"]["beam"]]] for sections in served_by_peer
    ]
    assert all(sections["streaming"] == {"anchor": 2000} for sections in served_by_peer)
    assert [one["costs"]["wer"] for one in written["tried"]] == [50.0, 0.0]
    assert written["winner"] == 1
    assert "| beam=2 |" in result.stdout
    settings = load(found, {}, {})
    assert (settings.model.beam, settings.streaming.anchor) == (2, 2000)
    assert "Winner of 2 points, 2 runs each: committed p95" in found.read_text()
    assert len(read(tmp_path / "out" / "result.json").runs) == 4


@pytest.mark.slow
def test_a_server_that_does_not_start_fails_its_point_alone(command, served_by_peer, tmp_path):
    grid = tmp_path / "grid.toml"
    grid.write_text("[model]\nbeam = [9, 2]\n")
    result, written = command("--grid", str(grid), "--repeats", "1")
    assert result.exit_code == 0, result.output
    assert written["winner"] == 1
    assert len(written["runs"]) == 1
    assert written["tried"][0]["costs"] is None
    assert "no such beam" in written["tried"][0]["failures"][0]
    assert "beam=9: the server ended with status 1" in result.stderr
    assert load(tmp_path / "out" / "result.toml", {}, {}).model.beam == 2


@pytest.mark.slow
def test_nobody_wins_outside_the_slo(command, served_by_peer, tmp_path):
    slo = tmp_path / "strict.toml"
    slo.write_text("committed.p95 = 0")
    result, written = command("--grid", "model.beam=2", "--repeats", "1", "--slo", str(slo))
    assert result.exit_code == 1
    assert "no settings may win" in result.stderr
    assert written["winner"] is None
    assert written["tried"][0]["broken"][0]["bound"] == "committed.p95"
    assert not (tmp_path / "out" / "result.toml").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--grid", "streaming.lok_every=1"], "no server has a setting 'streaming.lok_every'"),
        (["--grid", "nowhere.toml"], "nowhere.toml"),
        (["--grid", "model.beam=1", "--grid", "model.beam=2"], "model.beam is given twice"),
        (["--grid", "model.name=base", "--model", "base"], "give one of them"),
        (["--grid", "model.look_beam=1"], "CAPTIONFLOW_MODEL_LOOK_BEAM"),
        (["--grid", "model.beam=1", "--seconds", "2"], "fits in streams of 2 s"),
        (["--grid", "model.beam=1", "--slo", "captions"], "--no-offline leaves out"),
        (["--grid", "model.beam=1", "--url", "ws://127.0.0.1"], "No such option"),
        ([], "--grid"),
    ],
)
def test_bad_input_is_said_to_be(command, monkeypatch, options, message):
    monkeypatch.setenv("CAPTIONFLOW_MODEL_LOOK_BEAM", "2")
    result, written = command(*options)
    assert result.exit_code in (1, 2)
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert written is None
