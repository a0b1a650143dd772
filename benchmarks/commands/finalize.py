"""`bench finalize`: how long the end of a long session takes. Options and printing only."""

from functools import partial
from pathlib import Path

import click

from benchmarks.commands import reached
from benchmarks.finalize import run
from benchmarks.finalize.figures import figures


@click.command()
@click.option("--hours", type=click.FloatRange(0.001, 12), default=1.0, show_default=True)
@click.option("--runs", type=click.IntRange(1), default=5, show_default=True)
@click.option("--seed", default=1, show_default=True)
@reached.options
def finalize(path: Path | None, markdown: bool, **given: float) -> None:
    """Long live sessions: from `end` until recording and transcript are downloaded."""
    settings = run.Settings(**given)  # type: ignore[arg-type]
    began = reached.now()
    endings = reached.run(partial(run.measure, settings))
    names = ("ended", "ready", "downloaded", "streaming")
    samples = {name: tuple(getattr(one, name) for one in endings) for name in names}
    faults = [fault for one in endings for fault in one.faults]
    found = figures(endings, settings.hours)
    reached.finish("finalize", began, settings, found, samples, faults, path, markdown)
