"""`bench uploads`: files through a server. Options and printing; measures nothing itself."""

from functools import partial
from pathlib import Path

import click
from click import Choice, FloatRange, IntRange

from benchmarks.commands import reached
from benchmarks.speech.corpus import SHIPPED, CorpusError
from benchmarks.speech.normalise import LANGUAGES
from benchmarks.uploads import run
from benchmarks.uploads.figures import faults, figures


@click.command()
@click.option(
    "--corpus",
    "source",
    type=click.Path(file_okay=False, path_type=Path),
    default=SHIPPED,
    help="Folder with a manifest.jsonl; default: the recording that ships.",
)
@click.option("--category", default="", help="With commas between; default: all there are.")
@click.option("--clean", default="short", show_default=True, help="Category of the originals.")
@click.option("--language", type=Choice(LANGUAGES), default="en", show_default=True)
@click.option("--model", default="base", show_default=True, help="A name or a folder.")
@click.option("--together", type=IntRange(1), default=4, show_default=True, help="Under way.")
@click.option("--long", type=FloatRange(0, 24), default=0.0, help="One file of so many hours.")
@click.option("--seed", default=1, show_default=True, help="Order of files and of talk.")
@reached.options
def uploads(source: Path, path: Path | None, markdown: bool, **given: object) -> None:
    """Files as users send them: what comes of each, word errors, memory; or one of hours."""
    settings = run.Settings(corpus=source.name, **given)  # type: ignore[arg-type]
    began = reached.now()
    try:
        planned = run.chosen(settings, source)
        found = reached.run(partial(run.measure, settings, source, planned))
    except CorpusError as error:
        raise click.ClickException(str(error)) from None
    samples = {
        "seconds": tuple(answer.seconds for answer in found.answers),
        "refused alone": tuple(answer.seconds for answer in found.alone),
        "memory": (found.rest, found.peak),
    }
    reached.finish(
        "uploads",
        began,
        settings,
        figures(planned, found, settings.together),
        samples,
        faults(planned, found),
        path,
        markdown,
    )
