"""What commands share whose answer is yes or no."""

import asyncio
import json
from functools import partial

import click
import pytest
from click.testing import CliRunner
from msgspec import Struct

from benchmarks.commands import reached
from benchmarks.report.reach import Figure
from server.commands.child import ServerDied


class Settings(Struct, frozen=True):
    count: int = 3
    upload: bool = False


@pytest.fixture
def play(tmp_path):
    """A command that found this."""

    def play(*options, figures=(), faults=()):
        @click.command()
        @reached.options
        def command(path, markdown):
            found = (Settings(), figures, {"x": (1.0,)}, faults)
            reached.finish("chaos kill", reached.now(), *found, path, markdown)

        path = tmp_path / "x.json"
        result = CliRunner().invoke(command, ["--out", str(path), *options])
        return result, json.loads(path.read_text())

    return play


def test_what_is_reached_is_a_success(play):
    result, written = play("--markdown", figures=(Figure("a", 0, "ms", 0),))
    assert result.exit_code == 0
    assert "| a | 0 ms | ≤ 0 ms |" in result.stdout
    assert written["command"] == "captionflow bench chaos kill --count 3 --no-upload"
    assert written["samples"] == {"x": [1.0]}


def test_what_is_missed_is_not(play):
    result, _ = play(figures=(Figure("a", 1, "ms", 0),))
    assert result.exit_code == 1 and "MISSED" in result.stdout


def test_faults_are_told(play):
    result, written = play(faults=[f"fault {n}" for n in range(25)])
    assert result.exit_code == 1
    assert "FAULT: fault 0" in result.stderr and "and 5 more" in result.stderr
    assert len(written["faults"]) == 25


def test_a_run_has_a_folder_of_its_own():
    async def measure(answer, folder, tell):
        tell("going")
        assert folder.is_dir() and not list(folder.iterdir())
        return answer, folder

    answer, folder = reached.run(partial(measure, 7))
    assert answer == 7 and not folder.exists()


@pytest.mark.parametrize("grouped", [False, True])
def test_a_server_that_dies_is_told_in_words(grouped):
    async def measure(folder, tell):
        if not grouped:
            raise ServerDied("it died")
        async with asyncio.TaskGroup() as group:
            group.create_task(measure_alone())

    async def measure_alone():
        raise ServerDied("it died")

    with pytest.raises(click.ClickException, match="it died"):
        reached.run(measure)
