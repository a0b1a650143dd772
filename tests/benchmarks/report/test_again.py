"""The command that a result came from, read back by the command itself."""

import shlex

import pytest
from msgspec.structs import replace

from benchmarks.commands import options
from benchmarks.commands.live import live
from benchmarks.report.again import arguments, command
from tests.benchmarks import made

SERVE = {"streaming": {"look_every": 400, "guess": True, "name": "a b"}, "model": {"beam": 2}}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"corpus": "speech", "category": "short", "ids": ("one", "two"), "offline": False},
        {"seconds": 150.5, "warmup": 10.0, "talk": 0.4, "seed": 7, "spread": 0.0, "drain": 30.0},
        {"endpoint_ms": 300, "forced": True, "model": "small", "serve": SERVE},
    ],
)
def test_the_command_gives_the_same_settings(settings):
    result = made.result((1, 4), settings=settings)
    context = live.make_context("live", arguments(result))
    levels = context.params.pop("levels")
    assert levels == (1, 4)
    assert options.asked(context.params).settings == result.settings


def test_the_command_is_for_a_shell():
    said = command(made.result(settings={"corpus": "two words", "serve": SERVE}))
    assert said.startswith("captionflow bench live --streams 1 --corpus 'two words'")
    assert shlex.split(said)[3:] == arguments(
        made.result(settings={"corpus": "two words", "serve": SERVE})
    )


def test_a_peer_needs_an_address():
    said = command(made.result(settings={"target": "whisperlive"}))
    assert "--target whisperlive --url URL" in said


def test_a_result_without_runs_has_a_command_too():
    assert "--streams ''" in command(replace(made.result(), runs=()))
