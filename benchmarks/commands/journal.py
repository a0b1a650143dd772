"""`bench journal`: what it costs to keep what is said. Options and printing only."""

from functools import partial
from pathlib import Path

import click

from benchmarks.commands import reached
from benchmarks.journal import run


@click.command()
@click.option("--sessions", type=click.IntRange(1), default=100, show_default=True)
@click.option("--seconds", type=click.FloatRange(0.2), default=20.0, show_default=True)
@click.option("--runs", type=click.IntRange(1), default=5, show_default=True)
@click.option("--upload/--no-upload", default=False, help="Parts go to a folder store too.")
@reached.options
def journal(path: Path | None, markdown: bool, **given: float) -> None:
    """Sessions that all speak, and the journals they write: processor time of these alone."""
    settings = run.Settings(**given)  # type: ignore[arg-type]
    began = reached.now()
    costs = reached.run(partial(run.repeat, settings))
    names = ("core", "idle", "p50", "p95")
    samples = {name: tuple(getattr(cost, name) for cost in costs) for name in names}
    found = run.figures(costs)
    reached.finish("journal", began, settings, found, samples, (), path, markdown)
