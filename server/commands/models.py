"""`captionflow models`: which weights are here, bringing others, checking them."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress
from rich.table import Table

from inference import models as known
from inference.models import BadWeights, PullFailed, UnknownModel


@click.group()
def models() -> None:
    """The weights that hear."""


@models.command("list")
def list_models() -> None:
    """Models that need no download."""
    table = Table("name", "from", "size", "languages", "state", box=None)
    for model in known.listed():
        languages = "many" if model.multilingual else "English"
        state = "ready" if model.present else "in its package, unpacked at first use"
        size = f"{model.bytes / 1e6:.0f} MB"
        table.add_row(model.name, model.source, size, languages, state)
    Console(highlight=False, soft_wrap=True).print(table)


@models.command()
@click.argument("name")
def pull(name: str) -> None:
    """Bring a model: NAME is "small", "large-v3-turbo", or owner/name on the Hugging Face hub."""
    try:
        with _progress(name) as progress:
            place = known.pull(name, progress)
    except (UnknownModel, PullFailed, BadWeights, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(place)


@models.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
def verify(names: tuple[str, ...]) -> None:
    """Hash every file of the models, of all that are here if none is named."""
    good = [_verified(name) for name in names or [model.name for model in known.listed()]]
    sys.exit(0 if all(good) else 1)


def _verified(name: str) -> bool:
    try:
        checks = known.verify(name)
    except (UnknownModel, BadWeights) as error:
        click.echo(f"bad  {error}")
        return False
    for check in checks:
        told = check.found if check.ok else f"{check.found}, expected {check.expected}"
        note = "" if check.expected else "  (no digest published)"
        click.echo(f"{'ok ' if check.ok else 'bad'}  {name}/{check.file}  {told}{note}")
    return all(check.ok for check in checks)


@contextmanager
def _progress(name: str) -> Iterator[Callable[[int, int], None]]:
    console = Console(stderr=True)
    columns = ("{task.description}", BarColumn(), DownloadColumn())
    disabled = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=disabled) as progress:
        task = progress.add_task(name, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
