"""The command, from its files to the page."""

import pytest
from click.testing import CliRunner

from benchmarks.commands import bench
from benchmarks.report import result as results
from tests.benchmarks import made


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "run.json"
    results.write(made.result((1, 2)), path)
    return path


def run(*arguments):
    return CliRunner().invoke(bench, ["report", *map(str, arguments)])


def test_the_page_is_beside_the_first_file(saved):
    result = run(saved, "--slo", "captions")
    assert result.exit_code == 0, result.output
    page = saved.with_suffix(".html")
    assert result.stdout == f"{page}\n"
    assert "Word committed, p95 (limit 4)" in page.read_text()


def test_page_and_pictures_go_where_they_are_told(saved, tmp_path):
    page, folder = tmp_path / "there" / "all.html", tmp_path / "png"
    result = run(saved, saved, "--out", page, "--png", folder)
    assert result.exit_code == 0, result.output
    assert page.exists() and not saved.with_suffix(".html").exists()
    assert str(folder / "word-committed.png") in result.stdout.splitlines()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.json"], "cannot read nowhere.json"),
        (["--slo", "nowhere.toml"], "cannot read nowhere.toml"),
        (["--out", "/dev/null/page.html"], "cannot write"),
    ],
)
def test_bad_input_is_said_to_be(saved, arguments, message):
    result = run(saved, *arguments)
    assert result.exit_code == 1
    assert message in result.stderr
    assert "Traceback" not in result.output
