"""The settings file of a server that is started for a run."""

import tomllib
from pathlib import Path

import pytest
from msgspec.structs import replace

from benchmarks.run.serve import own, toml
from benchmarks.run.settings import Settings
from server.settings import BadSettings, load

PLAIN = Settings(
    target="captionflow",
    corpus="dialogue",
    language="en",
    category=None,
    ids=(),
    seconds=60.0,
    seed=1,
    spread=2.0,
    drain=60.0,
    endpoint_ms=500,
    model=None,
    offline=True,
)


def test_nothing_asked_for_is_an_empty_file():
    assert tomllib.loads(toml(own(PLAIN))) == {}


def test_the_model_of_the_run_is_that_of_its_server():
    asked = replace(PLAIN, model="tiny.en", serve={"model": {"threads": 2}})
    assert own(asked) == {"model": {"name": "tiny.en", "threads": 2}}


@pytest.mark.parametrize("value", [1, 0.5, True, 'a "b"\\c\n', ["x", "y"], "größer"])
def test_values_come_back(value):
    assert tomllib.loads(toml({"a": {"b": value, "c": 1}})) == {"a": {"b": value, "c": 1}}


def read(folder: Path, serve):
    path = folder / "settings.toml"
    path.write_text(toml(own(replace(PLAIN, serve=serve))))
    return load(path, {}, {})


def test_the_server_reads_it(tmp_path):
    found = read(tmp_path, {"streaming": {"look_every": 400}, "model": {"device": "cpu"}})
    assert found.streaming.look_every == 400


def test_the_server_says_which_it_does_not_know(tmp_path):
    with pytest.raises(BadSettings, match="look_evry"):
        read(tmp_path, {"streaming": {"look_evry": 400}})
