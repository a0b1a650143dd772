"""The command, from its options to its exit code."""

import msgspec
import pytest
from click.testing import CliRunner

from benchmarks.batch.result import read
from benchmarks.commands import bench


@pytest.fixture
def command(tmp_path):
    def run(*more):
        path = tmp_path / "out" / "result.json"
        result = CliRunner().invoke(bench, ["batch", "--out", str(path), *more])
        return result, read(path) if path.exists() else None

    return run


@pytest.mark.slow
def test_a_run_from_the_recording_that_ships(command):
    small = ("--model", "tiny.en", "--beam", "1", "--cores", "1", "--batches", "4")
    result, written = command("--seconds", "20", "--repeats", "1", *small, "--markdown")
    assert result.exit_code == 0, result.output
    assert "| CaptionFlow |" in result.output and "batched by 4" in result.output
    assert [one.contender.kind for one in written.figures] == [
        "captionflow",
        "sequential",
        "batched",
        "batched",
    ]
    assert all(one.errors.rate < 0.5 and one.factor > 0 for one in written.figures)
    assert written.figures[0].words > 10
    assert written.figures[2].faster == (1.0, 1.0, 1.0)
    assert msgspec.json.encode(written)


def test_a_folder_without_recordings_is_named(command, tmp_path):
    result, written = command("--corpus", str(tmp_path))
    assert result.exit_code == 1 and written is None
    assert f"no corpus in {tmp_path}" in result.output


def test_a_model_that_is_not_here_is_named(command):
    result, _ = command("--model", "no-such-model")
    assert result.exit_code == 1 and "no-such-model" in result.output


@pytest.mark.parametrize("sizes", ["", "a", "0", "4,-1"])
def test_sizes_of_batches_are_numbers(command, sizes):
    result, _ = command("--batches", sizes)
    assert result.exit_code == 2 and "--batches" in result.output
