"""The verbs of `bench page`: options and printing only."""

from functools import partial
from pathlib import Path

import click

from benchmarks.commands import options, reached

try:
    from benchmarks.page import cut, figures, latency, load
    from benchmarks.page.chromium import NoBrowser
    from benchmarks.page.visit import Stuck
except ModuleNotFoundError as missing:
    package = (missing.name or "").partition(".")[0]
    raise click.ClickException(
        f"`bench page` drives a browser, and the package {package} is not here: "
        "install the dependency group dev"
    ) from None

FAILURES = (NoBrowser, Stuck)


def _lengths(_: click.Context, __: click.Parameter, value: str) -> tuple[float, ...]:
    try:
        found = tuple(sorted({float(part) for part in value.split(",")}))
    except ValueError:
        raise click.BadParameter("give seconds with commas between, like 1,5,30") from None
    if not 0.1 <= found[0] <= found[-1] <= 55:
        raise click.BadParameter("from 0.1 to 55 seconds: a server waits for 60")
    return found


@click.command("load")
@click.option("--visits", type=click.IntRange(1), default=20, show_default=True)
@reached.options
def loading(path: Path | None, markdown: bool, **given: int) -> None:
    """New visitors, until the page streams what the microphone hears."""
    settings = load.Settings(**given)
    began = reached.now()
    result = reached.run(partial(load.measure, settings), *FAILURES)
    found, samples = figures.of_load(result), figures.samples_of_load(result)
    reached.finish("page load", began, settings, found, samples, result.faults, path, markdown)


@click.command("latency")
@click.option("--repeats", type=click.IntRange(1), default=4, show_default=True)
@click.option("--seconds", type=click.FloatRange(5), default=120.0, show_default=True)
@click.option("--warmup", type=click.FloatRange(0), default=10.0, show_default=True)
@options.played
@click.option("--seed", default=1, show_default=True)
@reached.options
def added(recordings: Path, path: Path | None, markdown: bool, **given: object) -> None:
    """The same talk to the page's microphone and by a raw client, in turns."""
    settings = latency.Settings(corpus=recordings.name, **given)  # type: ignore[arg-type]
    began = reached.now()
    result = reached.run(partial(latency.measure, settings, recordings), *FAILURES)
    found, samples = figures.of_latency(result), figures.samples_of_latency(result)
    reached.finish("page latency", began, settings, found, samples, result.faults, path, markdown)


@click.command("cut")
@click.option(
    "--lengths",
    default="1,5,30",
    show_default=True,
    callback=_lengths,
    help="Seconds without a network, each in every way.",
)
@click.option("--seed", default=1, show_default=True)
@reached.options
def cutting(path: Path | None, markdown: bool, **given: object) -> None:
    """Visits whose network is cut, frozen or half lost while somebody speaks."""
    settings = cut.Settings(**given)  # type: ignore[arg-type]
    began = reached.now()
    result = reached.run(partial(cut.measure, settings), *FAILURES)
    asked = 1 + len(settings.lengths) * len(cut.WAYS)
    found, samples = figures.of_cuts(result, asked), figures.samples_of_cuts(result)
    faults = figures.faults_of_cuts(result)
    reached.finish("page cut", began, settings, found, samples, faults, path, markdown)
