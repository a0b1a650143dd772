"""`bench idle`: what silence costs. Options and printing; measures nothing itself."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.idle import result as report
from benchmarks.idle.result import Result, Settings
from benchmarks.idle.run import measure
from benchmarks.run.machine import describe
from benchmarks.speech import corpus, streams
from benchmarks.speech.corpus import SHIPPED, CorpusError
from server.commands.child import ServerDied

RESULTS = Path("build") / "bench"

out = Console()
err = Console(stderr=True)


def _levels(context: click.Context, option: click.Parameter, value: str) -> tuple[int, ...]:
    try:
        levels = tuple(sorted({int(part) for part in value.split(",")}))
    except ValueError:
        raise click.BadParameter("give numbers with commas between, like 0,50,100") from None
    if levels[0] < 0:
        raise click.BadParameter("no less than no session")
    return levels


@click.command()
@click.option(
    "--levels",
    default="0,50,100,200",
    show_default=True,
    callback=_levels,
    help="Numbers of quiet sessions, in ascending order.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(2),
    default=30.0,
    show_default=True,
    help="Length of each run.",
)
@click.option(
    "--warmup",
    type=click.FloatRange(0),
    default=5.0,
    show_default=True,
    help="Seconds before it in which nothing is measured.",
)
@click.option(
    "--level",
    type=click.FloatRange(-96, -20),
    default=-60.0,
    show_default=True,
    help="Of the room's noise: dB under full scale.",
)
@click.option("--speaking", type=click.IntRange(0), default=0, help="Who talk beside them.")
@click.option(
    "--corpus",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=SHIPPED,
    help="What those say: a folder with a manifest.jsonl; default: the recording that ships.",
)
@click.option("--category", help="Only recordings of this category.")
@click.option("--model", help="Of the server; default: the server's own.")
@click.option("--seed", default=1, show_default=True)
@click.option("--out", "path", type=click.Path(dir_okay=False, path_type=Path), help="JSON file.")
@click.option("--markdown", is_flag=True, help="Print the table as Markdown.")
def idle(
    folder: Path, category: str | None, path: Path | None, markdown: bool, **given: object
) -> None:
    """Sessions in which nobody speaks: processor, memory and response of a server of its own."""
    settings = Settings(corpus=folder.name, **given)  # type: ignore[arg-type]
    began = datetime.now(UTC)
    try:
        speech = _speech(settings, folder, category)
        with err.status("starting") as status:
            runs = asyncio.run(measure(settings, speech, status.update))
    except (CorpusError, ServerDied) as error:
        raise click.ClickException(str(error)) from None
    result = Result(began.isoformat(timespec="seconds"), describe(), settings, tuple(runs))
    path = path or RESULTS / f"{began:%Y%m%d-%H%M%S}-idle.json"
    report.write(result, path)
    _print(result, path, markdown)
    if len(runs) < len(settings.levels) or not all(run.valid for run in runs):
        raise click.exceptions.Exit(1)


def _speech(settings: Settings, folder: Path, category: str | None) -> list[streams.Stream]:
    if not settings.speaking:
        return []
    chosen = corpus.select(corpus.entries(folder), category, "en", ())
    utterances = streams.load(corpus.referenced(folder, chosen))
    return streams.build(utterances, settings.speaking, settings.seconds, settings.seed)


def _print(result: Result, path: Path, markdown: bool) -> None:
    head, *body = report.rows(result.runs)
    if markdown:
        lines = (head, tuple("--:" for _ in head), *body)
        click.echo("\n".join("| " + " | ".join(line) + " |" for line in lines))
    else:
        table = Table(*head)
        for line in body:
            table.add_row(*line)
        out.print(table)
    for run in result.runs:
        for fault in run.faults:
            click.secho(f"INVALID ({run.sessions} sessions): {fault}", err=True, fg="red")
    click.echo(f"figures: {path}", err=True)
