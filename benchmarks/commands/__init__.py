"""`bench`: one file for each verb, imported only when it is used."""

import click

from server.commands.lazy import Lazy

VERBS = {
    "live": "benchmarks.commands.live:live",
}


@click.group(cls=Lazy, verbs=VERBS)
def bench() -> None:
    """Measure a server from outside, as its users see it."""
