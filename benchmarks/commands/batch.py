"""`bench batch`: long files, as fast as they go. Options and printing; measures nothing itself."""

import asyncio
import os
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.batch import files
from benchmarks.batch import result as report
from benchmarks.batch.contenders import contenders, order
from benchmarks.batch.figures import figures
from benchmarks.batch.files import Recording
from benchmarks.batch.job import Job
from benchmarks.batch.result import Result, Settings
from benchmarks.batch.run import play
from benchmarks.run.machine import describe
from benchmarks.speech import corpus
from benchmarks.speech.corpus import SHIPPED, CorpusError
from benchmarks.speech.normalise import LANGUAGES
from inference.models import BadWeights, UnknownModel, folder
from server.commands import options

RESULTS = Path("build") / "bench"

out = Console()
err = Console(stderr=True)


def _sizes(context: click.Context, option: click.Parameter, value: str) -> tuple[int, ...]:
    try:
        sizes = tuple(int(part) for part in value.split(","))
    except ValueError:
        raise click.BadParameter("give numbers with commas between, like 8,16") from None
    if min(sizes) < 1:
        raise click.BadParameter("at least one window")
    return sizes


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


@click.command()
@click.option(
    "--corpus",
    "source",
    type=click.Path(file_okay=False, path_type=Path),
    default=SHIPPED,
    help="Folder of recordings with references; default: the one that ships.",
)
@click.option("--category", help="Only recordings of this category.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option("--whole", is_flag=True, help="The recordings as they are, not joined to long ones.")
@click.option(
    "--seconds", type=click.FloatRange(10), default=600.0, show_default=True, help="Of a file."
)
@click.option(
    "--files", "count", type=click.IntRange(1), default=1, show_default=True, help="To be made."
)
@click.option("--seed", default=1, show_default=True, help="Order of utterances and of turns.")
@click.option("--repeats", type=click.IntRange(1), default=3, show_default=True, help="Rounds.")
@click.option(
    "--batches",
    default="8,16",
    show_default=True,
    callback=_sizes,
    help="Sizes for faster-whisper's batched pipeline.",
)
@click.option("--beam", type=click.IntRange(1), default=5, show_default=True, help="Of all.")
@click.option("--model", default="base", show_default=True, help="Of all: a name or a folder.")
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu", show_default=True)
@click.option("--compute-type", default="int8", show_default=True, help="Of all.")
@click.option("--cores", type=click.IntRange(1), help="Of all; default: every one there is.")
@click.option("--url", callback=options.url, help="Also through this server.")
@click.option("--out", "path", type=click.Path(dir_okay=False, path_type=Path), help="JSON file.")
@click.option("--markdown", is_flag=True, help="Print the table as Markdown.")
def batch(
    source: Path,
    count: int,
    cores: int | None,
    url: str | None,
    path: Path | None,
    markdown: bool,
    **given: object,
) -> None:
    """Long files: real-time factor, errors and memory, beside faster-whisper's own pipelines."""
    settings = Settings(corpus=source.name, files=count, cores=cores or _cores(), **given)  # type: ignore[arg-type]
    try:
        weights = folder(settings.model)
        with tempfile.TemporaryDirectory(prefix="bench-batch-") as scratch:
            result = _measured(settings, weights, source, url, Path(scratch))
    except (CorpusError, UnknownModel, BadWeights) as error:
        raise click.ClickException(str(error)) from None
    path = path or RESULTS / f"{result.began[:19].replace(':', '').replace('-', '')}-batch.json"
    report.write(result, path)
    _print(result, path, markdown)
    if result.faults:
        raise click.exceptions.Exit(1)


def _measured(
    settings: Settings, weights: Path, source: Path, url: str | None, scratch: Path
) -> Result:
    began = datetime.now(UTC)
    found = _files(settings, source, scratch)
    warm = files.warming(found[0], scratch)
    rivals = contenders(settings.batches, served=url is not None)
    jobs = [
        Job(
            contender=one,
            weights=str(weights),
            device=settings.device,
            compute_type=settings.compute_type,
            cores=settings.cores,
            beam=settings.beam,
            language=settings.language,
            warm=str(warm),
            files=tuple(str(file.path) for file in found),
            url=url,
        )
        for one in order(rivals, settings.repeats, settings.seed)
    ]
    with err.status("starting") as status:
        turns = asyncio.run(play(jobs, status.update))
    return Result(
        began.isoformat(timespec="seconds"),
        describe(),
        settings,
        sum(file.seconds for file in found),
        tuple(figures(rivals, turns, found)),
        tuple(turns),
    )


def _files(settings: Settings, source: Path, scratch: Path) -> Sequence[Recording]:
    chosen = corpus.select(corpus.entries(source), settings.category, settings.language)
    if settings.whole:
        return files.whole(source, chosen)
    return files.made(source, chosen, scratch, settings.files, settings.seconds, settings.seed)


def _print(result: Result, path: Path, markdown: bool) -> None:
    head, *body = report.rows(result.figures)
    if markdown:
        lines = (head, ("---", *("--:" for _ in head[1:])), *body)
        click.echo("\n".join("| " + " | ".join(line) + " |" for line in lines))
    else:
        table = Table(*head, title=report.title(result), title_justify="left")
        for line in body:
            table.add_row(*line)
        out.print(table)
    for note in report.notes(result.figures):
        click.echo(note, err=True)
    for fault in result.faults:
        click.secho(f"INVALID: {fault}", err=True, fg="red")
    click.echo(f"raw figures: {path}", err=True)
