"""`bench chaos`: whether anything is lost. Options and printing; breaks nothing itself."""

from functools import partial
from pathlib import Path

import click

from benchmarks.chaos import drop, figures, kill, workers
from benchmarks.commands import reached


@click.group()
def chaos() -> None:
    """Break connections and processes on purpose, and look for what is lost."""


@chaos.command("kill")
@click.option("--kills", type=click.IntRange(1), default=200, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option(
    "--embedded",
    type=click.FloatRange(0, 1),
    default=0.4,
    show_default=True,
    help="Share of the kills that take the database along.",
)
@click.option("--clients", type=click.IntRange(1), default=6, show_default=True)
@click.option("--shortest", type=click.FloatRange(2), default=10.0, show_default=True)
@click.option("--longest", type=click.FloatRange(2), default=40.0, show_default=True)
@click.option("--pace", type=click.FloatRange(0.1, 50), default=4.0, show_default=True)
@click.option("--linger", type=click.FloatRange(0.5), default=3.0, show_default=True)
@reached.options
def killing(path: Path | None, markdown: bool, **given: float) -> None:
    """Servers that are killed at random moments while clients talk and come back."""
    settings = kill.Settings(**given)  # type: ignore[arg-type]
    began = reached.now()
    lanes = reached.run(partial(kill.measure, settings))
    faults = [f"{one.lane}: {fault}" for one in lanes for fault in one.aftermath.faults]
    samples = figures.samples_of(log for one in lanes for log in one.logs)
    samples["start"] = tuple(seconds for one in lanes for seconds in one.starts)
    found = figures.of_kills(lanes, settings.kills)
    reached.finish("chaos kill", began, settings, found, samples, faults, path, markdown)


@chaos.command("worker")
@click.option("--kills", type=click.IntRange(1), default=100, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option(
    "--server",
    type=click.FloatRange(0, 1),
    default=0.12,
    show_default=True,
    help="Share of the kills that are the server's.",
)
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@click.option("--clients", type=click.IntRange(1), default=8, show_default=True)
@click.option("--shortest", type=click.FloatRange(2), default=5.0, show_default=True)
@click.option("--longest", type=click.FloatRange(2), default=60.0, show_default=True)
@click.option("--heartbeat", type=click.FloatRange(0.05), default=0.25, show_default=True)
@click.option("--lost", type=click.FloatRange(0.1), default=2.0, show_default=True)
@click.option("--look", type=click.FloatRange(0.05), default=0.5, show_default=True)
@reached.options
def workers_killed(path: Path | None, markdown: bool, **given: float) -> None:
    """Workers, and now and then their server, that are killed while files are heard."""
    settings = workers.Settings(**given)  # type: ignore[arg-type]
    began = reached.now()
    result = reached.run(partial(workers.measure, settings))
    samples = figures.samples_of_workers(result)
    found = figures.of_workers(result, settings.kills)
    faults = result.finished.faults
    reached.finish("chaos worker", began, settings, found, samples, faults, path, markdown)


@chaos.command("drop")
@click.option("--drops", type=click.IntRange(1), default=200, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--clients", type=click.IntRange(1), default=40, show_default=True)
@click.option(
    "--longest",
    type=click.FloatRange(0.1, 80),
    default=60.0,
    show_default=True,
    help="Seconds of the longest drop; the shortest is 0.1 s, and half of them are below 2.5 s.",
)
@reached.options
def dropping(path: Path | None, markdown: bool, **given: float) -> None:
    """Connections that are cut, reset, frozen or half lost while clients talk and come back."""
    settings = drop.Settings(**given)  # type: ignore[arg-type]
    began = reached.now()
    result = reached.run(partial(drop.measure, settings))
    samples = figures.samples_of(result.logs)
    samples["drops"] = tuple(one.seconds for one in result.dropped)
    found = figures.of_drops(result, settings.drops)
    faults = result.aftermath.faults
    reached.finish("chaos drop", began, settings, found, samples, faults, path, markdown)
