"""The command, from its options to its exit code."""

import json
import socket
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.commands import bench
from benchmarks.figures import metrics
from benchmarks.run import live

PEER = Path(__file__).parents[1] / "peer.py"
WORDS = [["red", 1.0, 1.3], ["fox", 1.4, 1.7]]  # one recording after the first gap


@pytest.fixture
def command(corpus_folder, tmp_path):
    """Run `live` on one short recording without the offline reference."""

    def run(*more):
        options = ["live", "--corpus", str(corpus_folder), "--id", "pair-0", "--seconds", "3.2"]
        path = tmp_path / "out" / "result.json"
        options += ["--no-offline", "--drain", "5", "--spread", "0.2", "--out", str(path), *more]
        result = CliRunner().invoke(bench, options)
        return result, json.loads(path.read_text()) if path.exists() else None

    return run


@pytest.fixture
def served_by_peer(monkeypatch):
    """The run starts the scripted peer as a child in place of the project's own server."""
    # How busy the machine is that runs the tests must not decide whether a run is valid here.
    monkeypatch.setattr(metrics, "LATE", 5.0)

    def serve(*more):
        line = [sys.executable, str(PEER), json.dumps(WORDS), *more]
        monkeypatch.setattr(live, "serve_command", lambda data: line)

    return serve


@pytest.mark.slow
def test_a_run_with_a_server_of_its_own(command, served_by_peer):
    served_by_peer()
    result, written = command("--streams", "1,2", "--markdown")
    assert result.exit_code == 0, result.output
    assert [run["streams"] for run in written["runs"]] == [1, 2]
    assert all(run["valid"] for run in written["runs"])
    assert written["runs"][1]["figures"]["errors"]["words"] == 4
    assert written["runs"][0]["figures"]["missed"] == 0
    assert written["runs"][0]["usage"]["rss"] > 5
    assert "| word first shown |" in result.stdout


@pytest.mark.slow
def test_a_server_that_dies_leaves_partial_results_and_an_exit_code(command, served_by_peer):
    served_by_peer("1.6")
    result, written = command("--streams", "1,2")
    assert result.exit_code == 1
    assert "INVALID" in result.output
    (run,) = written["runs"]
    assert not run["valid"]
    assert "lost" in run["faults"][0]
    assert "ended with status 3" in run["faults"][1]
    assert run["scores"][0]["latencies"]["first_word"] is not None


def test_nobody_at_the_address(command):
    with socket.create_server(("127.0.0.1", 0)) as placeholder:
        port = placeholder.getsockname()[1]
    result, written = command("--url", f"http://127.0.0.1:{port}", "--streams", "1,2")
    assert result.exit_code == 1
    assert f"cannot reach ws://127.0.0.1:{port}" in result.stderr
    assert len(written["runs"]) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--streams", "a"], "numbers with commas"),
        (["--streams", "0"], "at least one stream"),
        (["--language", "xx"], "xx"),
        (["--seconds", "2"], "fits in streams of 2 s"),
        (["--id", "untimed", "--id", "pair-9"], "not in the corpus: pair-9"),
        (["--corpus", "nowhere"], "no corpus in nowhere"),
        (["--url", "localhost:80"], "not a server address"),
    ],
)
def test_bad_input_is_said_to_be(command, options, message):
    result, written = command(*options)
    assert result.exit_code in (1, 2)
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert written is None


def test_a_corpus_without_references(corpus_folder, tmp_path):
    options = ["live", "--corpus", str(corpus_folder), "--id", "untimed", "--no-offline"]
    result = CliRunner().invoke(bench, options)
    assert result.exit_code == 1
    assert "has word times" in result.stderr


def test_a_model_that_is_not_here_is_missed_before_the_run(corpus_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    options = ["live", "--corpus", str(corpus_folder), "--model", "no-such-model"]
    result = CliRunner().invoke(bench, options)
    assert result.exit_code == 1
    assert "no-such-model" in result.stderr
    assert "--no-offline" in result.stderr
