"""The command, from its options to its exit code."""

import json
import socket
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import numpy as np
import pytest
import soundfile
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
        monkeypatch.setattr(live, "serve_command", lambda data, *more: line)

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
    assert written["runs"][1]["figures"]["stored"]["words"] == 4
    assert written["runs"][1]["figures"]["lost_audio"] == 0
    assert "| word first shown |" in result.stdout


@pytest.mark.slow
def test_a_run_again(command, served_by_peer, tmp_path):
    served_by_peer()
    result, written = command("--seed", "5", "--warmup", "1", "--talk", "0.7", "--forced")
    assert result.exit_code == 0, result.output
    assert written["runs"][0]["figures"]["forced"]["count"] == 1
    before = tmp_path / "before.json"
    before.write_text(json.dumps(written))
    again = tmp_path / "again.json"
    line = ["live", "--replay", str(before), "--corpus", str(tmp_path), "--no-offline"]
    result = CliRunner().invoke(bench, [*line, "--drain", "7", "--out", str(again)])
    assert result.exit_code == 0, result.output
    found = json.loads(again.read_text())
    assert found["settings"] == written["settings"] | {"drain": 7.0}
    assert found["runs"][0]["scores"][0]["seconds"] == written["runs"][0]["scores"][0]["seconds"]


@pytest.mark.slow
def test_a_server_that_is_watched_and_not_started(command, monkeypatch):
    monkeypatch.setattr(metrics, "LATE", 5.0)
    with subprocess.Popen([sys.executable, PEER, json.dumps(WORDS)], stdout=PIPE) as peer:
        try:
            url = peer.stdout.readline().decode().removeprefix("ready ").strip()
            result, written = command("--url", url, "--watch-pid", str(peer.pid))
        finally:
            peer.terminate()
    assert result.exit_code == 0, result.output
    assert written["runs"][0]["usage"]["rss"] > 5


def test_a_process_that_is_not_there(command):
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    result, written = command("--url", "http://127.0.0.1:9", "--watch-pid", str(gone.pid))
    assert result.exit_code == 1
    assert f"cannot watch process {gone.pid}" in result.stderr
    assert written is None


@pytest.mark.slow
def test_a_setting_that_the_server_does_not_know(command):
    result, written = command("--set", "streaming.look_evry=400")
    assert result.exit_code == 1
    assert "look_evry" in result.stderr
    assert written is None


@pytest.mark.slow
def test_words_without_times(served_by_peer, tmp_path):
    served_by_peer()
    folder = tmp_path / "pairs"
    folder.mkdir()
    soundfile.write(folder / "a.wav", np.zeros(24_000, np.float32), 16_000)
    (folder / "a.txt").write_text("red fox")
    out = tmp_path / "result.json"
    line = ["live", "--corpus", str(folder), "--seconds", "3.2", "--no-offline", "--out", str(out)]
    result = CliRunner().invoke(bench, line)
    assert result.exit_code == 0, result.output
    found = json.loads(out.read_text())["runs"][0]["figures"]
    assert found["shown"] is None and found["first_word"] is None
    assert found["errors"]["words"] == 2 and found["missed"] == 0
    assert found["lagging"]["count"] == 1


@pytest.mark.parametrize(
    ("content", "message"), [(None, "cannot read"), ("{}", "is not the result of a run")]
)
def test_a_run_that_cannot_be_done_again(tmp_path, content, message):
    path = tmp_path / "run.json"
    if content is not None:
        path.write_text(content)
    result = CliRunner().invoke(bench, ["live", "--replay", str(path)])
    assert result.exit_code == 1
    assert message in result.stderr


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


def test_a_corpus_without_references(tmp_path, recording):
    recording(tmp_path, "unknown", None)
    result = CliRunner().invoke(bench, ["live", "--corpus", str(tmp_path), "--no-offline"])
    assert result.exit_code == 1
    assert "has a reference" in result.stderr


def test_a_model_that_is_not_here_is_missed_before_the_run(corpus_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    options = ["live", "--corpus", str(corpus_folder), "--model", "no-such-model"]
    result = CliRunner().invoke(bench, options)
    assert result.exit_code == 1
    assert "no-such-model" in result.stderr
    assert "--no-offline" in result.stderr
