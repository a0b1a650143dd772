"""`captionflow transcribe`: files to transcripts. Says what goes where; who hears is elsewhere."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import get_args

import click
from captionflow import ServerError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from server.commands import options
from server.commands.captions import clock
from server.commands.sources import UNREADABLE, reason
from server.commands.transcripts import Transcriber, Transcript, here, seconds_of, there
from server.results import formats

KINDS = get_args(formats.Format)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--url", callback=options.url, help="A server. Default: this machine, right here.")
@click.option("--format", "kind", type=click.Choice(KINDS), default="txt", show_default=True)
@click.option("--language", help='Such as "en"; default: detected.')
@click.option("--model", help="A name; without --url also a folder.")
@click.option(
    "--output-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Default: one file goes to standard output, several go beside their recordings.",
)
def transcribe(
    files: tuple[Path, ...],
    url: str | None,
    kind: formats.Format,
    language: str | None,
    model: str | None,
    output_dir: Path | None,
) -> None:
    """Transcribe recordings. What cannot be read is named, and the others go on."""
    if url:
        transcriber = there(url, language, model)
    else:
        transcriber = here(options.settings(model={"name": model}), language)
    targets = places(files, kind, output_dir)
    try:
        failed = asyncio.run(_all(files, targets, kind, transcriber))
    except ServerError as error:
        raise click.ClickException(error.message) from None
    sys.exit(1 if failed else 0)


def places(files: Sequence[Path], kind: str, folder: Path | None) -> list[Path | None]:
    """Where each transcript goes; None is standard output.

    Raises UsageError when two would share a place, or one would replace a recording.
    """
    if folder is None and len(files) == 1:
        return [None]
    found = [(folder or file.parent) / f"{file.stem}.{kind}" for file in files]
    for place in found:
        if found.count(place) > 1:
            raise click.UsageError(f"two of the files would be written to {place}")
        if place in files:
            raise click.UsageError(f"{place} would be replaced by its own transcript")
    return list(found)


async def _all(
    files: Sequence[Path],
    targets: Sequence[Path | None],
    kind: formats.Format,
    transcriber: AbstractAsyncContextManager[Transcriber],
) -> int:
    """How many of the files failed."""
    failed = 0
    async with transcriber as hear:
        with _progress() as progress:
            for file, target in zip(files, targets, strict=True):
                try:
                    transcript = await _one(file, hear, progress)
                    if target is None:
                        progress.stop()  # the bar must not be in the way of the text
                    _write(target, formats.render(kind, transcript.lines, transcript.about))
                except (*UNREADABLE, OSError) as error:
                    progress.console.print(f"{file}: {reason(error)}", style="red", markup=False)
                    failed += 1
                    continue
                if transcript.truncated:
                    heard = f"only {transcript.about.duration:.1f} s of it could be read"
                    progress.console.print(f"{file} is damaged: {heard}", style="yellow")
    return failed


async def _one(file: Path, hear: Transcriber, progress: Progress) -> Transcript:
    whole = await seconds_of(file)
    task = progress.add_task(file.name, total=whole, at=clock(0), stage="")

    def tell(seconds: float, stage: str = "", /) -> None:
        progress.update(task, completed=seconds, at=clock(seconds), stage=stage)

    try:
        transcript = await hear(file, tell)
        seconds = transcript.about.duration
        progress.update(task, total=seconds, completed=seconds, at=clock(seconds))
        return transcript
    finally:
        progress.stop_task(task)


def _write(target: Path | None, text: str) -> None:
    if target is None:
        click.echo(text, nl=False)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    click.echo(target)


def _progress() -> Progress:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[at]}"),
        TextColumn("{task.fields[stage]}", markup=False),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
