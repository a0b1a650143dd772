"""The command, from its options to its exit code."""

import json
import socket
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.commands import bench
from benchmarks.figures import metrics
from benchmarks.report.result import read
from benchmarks.run import live

PEER = Path(__file__).parents[1] / "peer.py"
WORDS = [["red", 1.0, 1.3], ["fox", 1.4, 1.7]]  # one recording after the first gap
MINUTES = 3.2 / 60  # as long as that recording and two gaps


@pytest.fixture
def command(corpus_folder, tmp_path):
    """Search with levels of one short recording, from one stream on."""

    def run(*more, slo="committed.p95 = 5\nwer = 0", probe=0.0):
        bounds, path = tmp_path / "mine.toml", tmp_path / "out" / "result.json"
        bounds.write_text(slo)
        options = ["capacity", "--corpus", str(corpus_folder), "--id", "pair-0", "--no-offline"]
        options += ["--slo", str(bounds), "--minutes", str(MINUTES), "--probe-minutes", str(probe)]
        options += ["--drain", "5", "--spread", "0.2", "--out", str(path), *more]
        result = CliRunner().invoke(bench, options)
        return result, json.loads(path.read_text()) if path.exists() else None

    return run


@pytest.fixture
def served_by_peer(monkeypatch):
    """Each level starts the scripted peer in place of the project's own server; `deaths`: after
    how many seconds of audio that of each level dies, if at all."""
    # How busy the machine is that runs the tests must not decide whether a run is valid here.
    monkeypatch.setattr(metrics, "LATE", 5.0)

    def serve(*deaths):
        left = list(deaths)

        def line(*_):
            return [sys.executable, str(PEER), json.dumps(WORDS), *(left.pop(0) if left else [])]

        monkeypatch.setattr(live, "serve_command", line)

    return serve


@pytest.mark.slow
def test_all_levels_pass(command, served_by_peer, tmp_path):
    served_by_peer()
    result, written = command("--max", "2", "--markdown", probe=3.15 / 60)
    assert result.exit_code == 0, result.output
    assert (written["streams"], written["complete"]) == (2, True)
    levels = [(v["streams"], v["full"], v["outcome"]) for v in written["verdicts"]]
    assert levels == [(1, False, "passed"), (2, False, "passed"), (2, True, "passed")]
    assert [run["streams"] for run in written["runs"]] == [1, 2, 2]
    assert written["slo"] == {"name": "mine", "bounds": {"committed.p95": 5.0, "wer": 0.0}}
    assert "2 streams inside mine and maybe more" in result.stdout
    assert "| probe: passed |" in result.stdout
    assert len(read(tmp_path / "out" / "result.json").runs) == 3


@pytest.mark.slow
def test_no_level_passes(command, served_by_peer):
    served_by_peer()
    result, written = command("--start", "2", slo="committed.p95 = 0\nendings.p99 = 0")
    assert result.exit_code == 1
    assert (written["streams"], written["complete"]) == (0, True)
    assert [verdict["streams"] for verdict in written["verdicts"]] == [2, 1]
    (breach, *_) = written["verdicts"][0]["broken"]
    assert (breach["bound"], breach["limit"]) == ("committed.p95", 0.0)
    assert breach["value"] == written["runs"][0]["figures"]["committed"]["p95"] > 0
    assert "no number of streams is inside mine" in result.output


@pytest.mark.slow
def test_a_server_that_dies_ends_the_search_and_leaves_what_was_found(command, served_by_peer):
    served_by_peer([], ["1.6"])
    result, written = command()
    assert result.exit_code == 1
    assert (written["streams"], written["complete"]) == (1, False)
    assert [run["valid"] for run in written["runs"]] == [True, False]
    assert written["verdicts"][1]["broken"][0]["bound"] == "faults"
    assert "ended with status 3" in result.stderr
    assert "so far: 1 stream" in result.output


def test_nobody_at_the_address(command):
    with socket.create_server(("127.0.0.1", 0)) as placeholder:
        port = placeholder.getsockname()[1]
    result, written = command("--url", f"http://127.0.0.1:{port}", "--start", "3")
    assert result.exit_code == 1
    assert f"cannot reach ws://127.0.0.1:{port}" in result.stderr
    assert (written["streams"], written["complete"], len(written["runs"])) == (0, False, 1)


@pytest.mark.parametrize(
    ("options", "slo", "message"),
    [
        ([], "comitted.p95 = 4", "unknown figure 'comitted'"),
        ([], "wer_over_offline = 1", "--no-offline leaves out"),
        (["--forced"], "endings.p95 = 1", "bound forced"),
        (["--slo", "nowhere"], "wer = 1", "agents, broadcast, captions"),
        (["--minutes", "0.05"], "wer = 1", "fits in streams of 3 s"),
        (["--id", "pair-9"], "wer = 1", "not in the corpus: pair-9"),
        (["--max", "0"], "wer = 1", "--max"),
        (["--seconds", "60"], "wer = 1", "No such option"),
    ],
)
def test_bad_input_is_said_to_be(command, options, slo, message):
    result, written = command(*options, slo=slo)
    assert result.exit_code in (1, 2)
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert written is None
