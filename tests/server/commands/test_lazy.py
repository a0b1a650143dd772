"""Verbs are listed without being imported, and run when they are asked for."""

import sys

import click
import pytest
from click.testing import CliRunner

from server.commands.lazy import Lazy


@pytest.fixture
def group(tmp_path, monkeypatch):
    (tmp_path / "lazily.py").write_text(
        "import click\n\n@click.command()\ndef greet():\n    click.echo('hello')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield Lazy({"greet": "lazily:greet", "broken": "nowhere:at_all"}, name="group")
    sys.modules.pop("lazily", None)


def test_a_verb_runs(group):
    assert CliRunner().invoke(group, ["greet"]).output == "hello\n"


def test_names_are_known_without_an_import(group):
    assert group.list_commands(click.Context(group)) == ["greet", "broken"]
    assert "lazily" not in sys.modules


def test_an_unknown_verb_is_a_wrong_call(group):
    result = CliRunner().invoke(group, ["sing"])
    assert result.exit_code == 2
    assert "No such command 'sing'" in result.output
