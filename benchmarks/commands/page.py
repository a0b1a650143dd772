"""`bench page`: the speaker's page in a real Chromium. Its verbs are in visits.py.

They stand apart since they need a browser's driver, which `bench --help` must do without.
"""

import click

from server.commands.lazy import Lazy

VERBS = {
    "load": "benchmarks.commands.visits:loading",
    "latency": "benchmarks.commands.visits:added",
    "cut": "benchmarks.commands.visits:cutting",
}


@click.group(cls=Lazy, verbs=VERBS)
def page() -> None:
    """The speaker's page: how soon it streams, what it adds, what a lost network costs."""
