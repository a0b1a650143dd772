"""The reference that a run is held to, with the smallest real weights."""

import click
import pytest

from benchmarks.commands.reference import Offline
from benchmarks.run.settings import Settings
from benchmarks.speech.corpus import SHIPPED, entries, referenced
from benchmarks.speech.streams import build, load


def settings(model, offline=True):
    return Settings(
        "captionflow", "dialogue", "en", None, (), 12.0, 1, 0.0, 9.0, 500, model, offline
    )


def streams(count):
    return build(load(referenced(SHIPPED, entries(SHIPPED))), count, 8.0, seed=1)


@pytest.mark.slow
def test_a_stream_is_decoded_once():
    offline = Offline(settings("tiny.en"))
    one, two = streams(2)
    first = dict(offline.texts([one]))
    assert list(first) == [0] and len(first[0].split()) > 3
    again = offline.texts([one, two])
    assert list(again) == [0, 1]
    assert again[0] is first[0]


def test_without_it_nothing_is_looked_for():
    assert Offline(settings("no-such-model", offline=False)).texts(streams(1)) == {}


def test_a_model_that_is_not_here_is_missed_before_the_run(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(click.ClickException, match="no-such-model.*--no-offline"):
        Offline(settings("no-such-model"))
