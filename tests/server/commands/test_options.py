"""Options that verbs share."""

from pathlib import Path

import click
import pytest

from server.commands import main, options


def test_what_is_given_wins_and_none_says_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("CAPTIONFLOW_SERVER_PORT", "1111")
    file = tmp_path / "cf.toml"
    file.write_text('[server]\nport = 2222\nhost = "0.0.0.0"\n[storage]\ndata_dir = "/data"\n')
    found = options.settings(file, server={"port": None}, storage={"data_dir": None})
    assert (found.server.port, found.server.host) == (1111, "0.0.0.0")
    assert found.storage.data_dir == Path("/data")
    assert options.settings(file, server={"port": 3333}).server.port == 3333


def test_a_bad_setting_is_named(tmp_path):
    file = tmp_path / "cf.toml"
    file.write_text("[server]\nprot = 1\n")
    with pytest.raises(click.ClickException, match="prot"):
        options.settings(file)


@pytest.mark.parametrize("verb", main.list_commands(click.Context(main)))
def test_every_verb_has_a_help(verb):
    context = click.Context(main)
    command = main.get_command(context, verb)
    assert command is not None and command.help
    assert command.get_help(click.Context(command))


def test_a_verb_that_does_not_exist():
    assert main.get_command(click.Context(main), "zork") is None
