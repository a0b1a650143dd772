"""The `captionflow` command: one file for each verb, imported only when it is used."""

import importlib

import click

VERBS = {
    "serve": "server.commands.serve:serve",
    "listen": "server.commands.listen:listen",
    "transcribe": "server.commands.transcribe:transcribe",
    "models": "server.commands.models:models",
    "db": "server.commands.db:db",
    "doctor": "server.commands.doctor:doctor",
    "bench": "benchmarks.commands:bench",
    "demo": "server.commands.demo:demo",
}


class Lazy(click.Group):
    """Loads a verb when it is asked for, so that `--help` does not load a model library."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module, _, name = VERBS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.command(cls=Lazy)
@click.version_option(package_name="captionflow-server")
def main() -> None:
    """Self-hosted, real-time transcription."""
