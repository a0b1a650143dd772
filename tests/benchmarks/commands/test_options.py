"""What the options amount to, and which do not go together."""

import click
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from benchmarks.commands import options
from benchmarks.targets import find

seen = []


@click.command()
@options.speech()
@options.server()
def verb(**given):
    seen.append(options.asked(given))


def ask(*line):
    result = CliRunner().invoke(verb, line, env={"CAPTIONFLOW_TOKEN": None})
    return result, seen.pop() if seen else None


def test_without_any_option_the_shipped_recording_is_played_to_a_server_of_our_own():
    result, found = ask()
    assert result.exit_code == 0, result.output
    settings = found.settings
    assert (settings.target, settings.corpus, found.url) == ("captionflow", "dialogue", None)
    assert (settings.talk, settings.warmup, settings.forced) == (1.0, 0.0, False)
    assert settings.serve == {}


def test_settings_of_the_server():
    line = ("--set", "streaming.look_every=400", "--set", "model.name=tiny.en")
    _, found = ask(*line, "--set", "streaming.endpoint = 300", "--set", 'model.device="cpu"')
    assert found.settings.serve == {
        "streaming": {"look_every": 400, "endpoint": 300},
        "model": {"name": "tiny.en", "device": "cpu"},
    }


def test_everything_about_the_speech():
    line = ("--talk", "0.4", "--warmup", "5", "--forced", "--id", "a", "--id", "b", "--seed", "7")
    settings = ask(*line)[1].settings
    assert (settings.talk, settings.warmup, settings.forced) == (0.4, 5.0, True)
    assert (settings.ids, settings.seed) == (("a", "b"), 7)


def test_a_server_that_runs():
    _, found = ask("--url", "http://127.0.0.1:9", "--token", "t", "--watch-pid", "4")
    assert (found.url, found.token, found.watch) == ("http://127.0.0.1:9", "t", 4)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (["--set", "look_every=400"], "streaming.look_every=400"),
        (["--set", "streaming.look_every"], "streaming.look_every=400"),
        (["--set", "a.b=1", "--url", "http://127.0.0.1:9"], "for a server of our own"),
        (["--watch-pid", "4"], "goes with --url"),
        (["--url", "127.0.0.1:9"], "not a server address"),
        (["--target", "nobody"], "nobody"),
        (["--target", "whisperlive", "--url", "ws://127.0.0.1:9", "--forced"], "cannot be told"),
        (["--talk", "0"], "0.05"),
        (["--talk", "1.5"], "1.5"),
    ],
)
def test_what_does_not_go(line, message):
    result, found = ask(*line)
    assert result.exit_code == 2
    assert message in result.output
    assert found is None


@pytest.mark.parametrize("name", [name for name in find.NAMES if name != options.OURS])
def test_a_server_of_another_make_is_not_started(name):
    result, _ = ask("--target", name)
    assert result.exit_code == 2
    assert "needs --url" in result.output


GIVEN = {
    "folder": options.SHIPPED,
    "url": None,
    "token": None,
    "watch": None,
    "target": "captionflow",
    "language": "en",
    "category": None,
    "ids": (),
    "seconds": 60.0,
    "seed": 1,
    "spread": 2.0,
    "drain": 60.0,
    "endpoint_ms": 500,
    "model": None,
    "offline": True,
    "serve": {"streaming": {"look_every": 400}},
}


def before():
    settings = options.asked(GIVEN).settings
    return replace(settings, seed=9, talk=0.4, serve={"streaming": {"endpoint": 300}})


def test_a_run_again_is_as_it_was_but_for_what_is_said():
    found = options.asked(GIVEN | {"seconds": 30.0}, before(), {"seconds", "path"}).settings
    assert (found.seed, found.talk, found.seconds) == (9, 0.4, 30.0)
    assert found.serve == {"streaming": {"endpoint": 300, "look_every": 400}}


def test_a_run_again_needs_its_corpus():
    other = replace(before(), corpus="data")
    with pytest.raises(click.UsageError, match="say with --corpus where 'data' is"):
        options.asked(GIVEN, other)
    assert options.asked(GIVEN, other, {"folder"}).settings.corpus == "dialogue"
