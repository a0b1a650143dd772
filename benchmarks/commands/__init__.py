"""`bench`: one file for each verb, imported only when it is used."""

import click

from server.commands.lazy import Lazy

VERBS = {
    "live": "benchmarks.commands.live:live",
    "batch": "benchmarks.commands.batch:batch",
    "report": "benchmarks.commands.report:report",
    "compare": "benchmarks.commands.compare:compare",
    "capacity": "benchmarks.commands.capacity:capacity",
    "sweep": "benchmarks.commands.sweep:sweep",
    "engine": "benchmarks.commands.engine:engine",
    "idle": "benchmarks.commands.idle:idle",
    "chaos": "benchmarks.commands.chaos:chaos",
    "finalize": "benchmarks.commands.finalize:finalize",
    "journal": "benchmarks.commands.journal:journal",
    "queue": "benchmarks.commands.queue:queue",
    "uploads": "benchmarks.commands.uploads:uploads",
    "whip": "benchmarks.commands.whip:whip",
    "page": "benchmarks.commands.page:page",
    "viewers": "benchmarks.commands.viewers:viewers",
}


@click.group(cls=Lazy, verbs=VERBS)
def bench() -> None:
    """Measure a server from outside, as its users see it."""
