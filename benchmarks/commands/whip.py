"""`bench whip`: WHIP beside WebSocket, with loss, with many calls. Options and printing only."""

from functools import partial
from pathlib import Path

import click

from benchmarks.commands import options, reached
from benchmarks.whip import calls, compare, figures, loss


@click.group()
def whip() -> None:
    """Publishers over WebRTC: how late and how wrong, what is lost, what they cost."""


def _numbers(_: click.Context, __: click.Parameter, value: str) -> tuple[int, ...]:
    try:
        found = tuple(sorted({int(part) for part in value.split(",")}))
    except ValueError:
        raise click.BadParameter("give numbers with commas between, like 4,8,16") from None
    if found[0] < 1:
        raise click.BadParameter("at least one")
    return found


def _shares(_: click.Context, __: click.Parameter, value: str) -> tuple[float, ...]:
    try:
        found = tuple(sorted({float(part) for part in value.split(",")}))
    except ValueError:
        raise click.BadParameter("give percents with commas between, like 1,5") from None
    if not 0 < found[0] <= found[-1] <= 50:
        raise click.BadParameter("more than 0, at most 50: none is always measured")
    return found


@whip.command("speech")
@click.option("--repeats", type=click.IntRange(1), default=6, show_default=True)
@click.option("--seconds", type=click.FloatRange(5), default=300.0, show_default=True)
@click.option("--streams", type=click.IntRange(1), default=1, show_default=True)
@click.option("--warmup", type=click.FloatRange(0), default=10.0, show_default=True)
@options.played
@click.option("--seed", default=1, show_default=True)
@reached.options
def speech(recordings: Path, path: Path | None, markdown: bool, **given: object) -> None:
    """The same talk by WebSocket and by WHIP, in turns: how late words are, and how many wrong."""
    settings = compare.Settings(corpus=recordings.name, **given)  # type: ignore[arg-type]
    began = reached.now()
    result = reached.run(partial(compare.measure, settings, recordings))
    found = figures.of_both(result)
    samples = figures.samples_of_both(result)
    reached.finish("whip speech", began, settings, found, samples, result.faults, path, markdown)


@whip.command("loss")
@click.option(
    "--percent",
    default="1,5",
    show_default=True,
    callback=_shares,
    help="Of the media that is lost on its way, each in turn; before them none.",
)
@click.option("--seconds", type=click.FloatRange(5), default=120.0, show_default=True)
@click.option("--repeats", type=click.IntRange(1), default=2, show_default=True)
@options.played
@click.option("--seed", default=1, show_default=True)
@reached.options
def losing(recordings: Path, path: Path | None, markdown: bool, **given: object) -> None:
    """Packets that are lost on their way: what is missing then, and whether delay grows."""
    settings = loss.Settings(corpus=recordings.name, **given)  # type: ignore[arg-type]
    began = reached.now()
    result = reached.run(partial(loss.measure, settings, recordings))
    found = figures.of_loss(result)
    samples = figures.samples_of_loss(result)
    reached.finish("whip loss", began, settings, found, samples, result.faults, path, markdown)


@whip.command("calls")
@click.option(
    "--levels",
    default="4,8,16,25",
    show_default=True,
    callback=_numbers,
    help="Publishers at once, each in turn.",
)
@click.option("--seconds", type=click.FloatRange(1), default=30.0, show_default=True)
@click.option("--warmup", type=click.FloatRange(0), default=5.0, show_default=True)
@click.option("--processes", type=click.IntRange(1), default=2, show_default=True)
@click.option("--model", help="Of the server; default: the server's own.")
@reached.options
def calling(path: Path | None, markdown: bool, **given: object) -> None:
    """Many publishers of a quiet room: processor time of each process, and answers of its loop."""
    settings = calls.Settings(**given)  # type: ignore[arg-type]
    began = reached.now()
    result = reached.run(partial(calls.measure, settings))
    found = figures.of_calls(result)
    samples = figures.samples_of_calls(result)
    faults = figures.faults_of_calls(result)
    reached.finish("whip calls", began, settings, found, samples, faults, path, markdown)
