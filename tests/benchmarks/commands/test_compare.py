"""The command, from its files to its exit code."""

import pytest
from click.testing import CliRunner

from benchmarks.commands import bench
from benchmarks.report import result as report
from tests.benchmarks import made


@pytest.fixture
def saved(tmp_path):
    def save(name, **changes):
        path = tmp_path / f"{name}.json"
        report.write(made.result(**changes), path)
        return str(path)

    return save


def run(*arguments):
    return CliRunner().invoke(bench, ["compare", *arguments])


def test_a_shift_is_found_in_files(saved):
    result = run(saved("old"), saved("new", luck=2, slower=2.0), "--markdown")
    assert result.exit_code == 0, result.output
    line = next(line for line in result.stdout.splitlines() if "word committed p50" in line)
    assert line.endswith("| slower |")
    assert "1 stream; A: old, B: new" in result.stdout
    assert "one run a side" in result.stdout


def test_several_runs_of_a_side_and_several_sides(saved):
    olds = ",".join(saved(f"old{luck}", luck=luck) for luck in (1, 2, 3))
    news = ",".join(saved(f"new{luck}", luck=luck, slower=0.5) for luck in (4, 5, 6))
    result = run(olds, news, saved("third", luck=7), "--markdown")
    assert result.exit_code == 0, result.output
    assert "A: old1, B: new4" in result.stdout and "A: old1, B: third" in result.stdout
    assert "| faster |" in result.stdout


def test_a_table_for_the_terminal(saved):
    result = run(saved("old"), saved("new", faults=("stream 0: lost",)))
    assert result.exit_code == 0, result.output
    assert "no difference seen" in result.stdout and "WER of the finals" in result.stdout
    assert "INVALID: new, 1 stream: stream 0: lost" in result.stdout


def test_files_of_one_name_are_told_apart(saved, tmp_path):
    (tmp_path / "a").mkdir()
    result = run(saved("same"), saved("a/same"), "--markdown")
    assert "a/same.json" in result.stdout.splitlines()[0]


def test_what_cannot_be_compared_is_refused_unless_forced(saved):
    sides = saved("old"), saved("new", levels=(1, 2))
    refused = run(*sides)
    assert refused.exit_code == 1
    assert "numbers of streams differ (1 / 1, 2); --force" in refused.stderr
    assert run(*sides, "--force").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["one.json"], "two sides at least"),
        (["nowhere.json", "nowhere.json"], "cannot read nowhere.json"),
        ([",", "one.json"], "has no file"),
        ([], "Missing argument"),
    ],
)
def test_bad_input_is_said_to_be(arguments, message):
    result = run(*arguments)
    assert result.exit_code in (1, 2)
    assert message in result.stderr


def test_a_file_that_is_no_result(tmp_path, saved):
    path = tmp_path / "other.json"
    path.write_text("{}")
    result = run(saved("old"), str(path))
    assert result.exit_code == 1
    assert "not the result of a run" in result.stderr
