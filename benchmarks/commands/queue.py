"""`bench queue`: what many waiting jobs cost. Options and printing; measures nothing itself."""

from functools import partial
from pathlib import Path

import click

from benchmarks.commands import reached
from benchmarks.queue import run
from benchmarks.queue.figures import figures


@click.command()
@click.option("--jobs", type=click.IntRange(1), default=10_000, show_default=True)
@click.option("--owners", type=click.IntRange(1), default=20, show_default=True)
@click.option("--claimers", type=click.IntRange(1), default=4, show_default=True)
@reached.options
def queue(path: Path | None, markdown: bool, **given: int) -> None:
    """Jobs that wait: how soon one is claimed, and the memory of a server that has them."""
    settings = run.Settings(**given)
    began = reached.now()
    found = reached.run(partial(run.measure, settings))
    samples = {name: getattr(found, name) for name in ("enqueued", "claimed", "finished", "woken")}
    samples["rss"] = found.rss
    reached.finish("queue", began, settings, figures(found), samples, found.faults, path, markdown)
