"""The `captionflow` command: one file for each verb, imported only when it is used."""

import click

from server.commands.lazy import Lazy

VERBS = {
    "serve": "server.commands.serve:serve",
    "worker": "server.commands.worker:worker",
    "listen": "server.commands.listen:listen",
    "transcribe": "server.commands.transcribe:transcribe",
    "models": "server.commands.models:models",
    "db": "server.commands.db:db",
    "tidy": "server.commands.tidy:tidy",
    "doctor": "server.commands.doctor:doctor",
    "bench": "benchmarks.commands:bench",
    "demo": "server.commands.demo:demo",
}


@click.group(cls=Lazy, verbs=VERBS)
@click.version_option(package_name="captionflow-server")
def main() -> None:
    """Self-hosted, real-time transcription."""
