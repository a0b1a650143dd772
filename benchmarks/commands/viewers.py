"""`bench viewers`: one speaks, thousands read along. Options and printing; measures nothing."""

from functools import partial
from pathlib import Path

import click

from benchmarks.commands import reached
from benchmarks.speech.corpus import CorpusError
from benchmarks.viewers import figures as judge
from benchmarks.viewers import run


@click.command()
@click.option("--viewers", type=click.IntRange(1), default=2000, show_default=True)
@click.option("--processes", type=click.IntRange(1), default=2, show_default=True)
@click.option("--seconds", type=click.FloatRange(1), default=60.0, show_default=True)
@click.option("--alone", type=click.FloatRange(1), default=30.0, show_default=True)
@click.option("--model", default="base", show_default=True, help="Of the server, or `tones`.")
@reached.options
def viewers(path: Path | None, markdown: bool, **given: object) -> None:
    """Viewers of one room: how soon each has what the speaker has, and what they cost."""
    settings = run.Settings(**given)  # type: ignore[arg-type]
    began = reached.now()
    try:
        result = reached.run(partial(run.measure, settings))
    except CorpusError as error:
        raise click.ClickException(str(error)) from None
    scores = judge.score(result)
    samples = {"partials": scores.partials, "finals": scores.finals}
    found, faults = judge.figures(result, scores), judge.faults(result)
    reached.finish("viewers", began, settings, found, samples, faults, path, markdown)
