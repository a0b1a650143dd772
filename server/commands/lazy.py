"""A group of commands whose verbs are imported only when they are used. Runs none itself."""

import importlib
from collections.abc import Mapping

import click


class Lazy(click.Group):
    """verbs: name -> "module:command". So `--help` does not load a model library."""

    def __init__(self, verbs: Mapping[str, str], **given: object) -> None:
        super().__init__(**given)  # type: ignore[arg-type]
        self._verbs = verbs

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._verbs:
            return None
        module, _, name = self._verbs[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command
