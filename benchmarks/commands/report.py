"""`bench report`: results as a page and as pictures. Options only; `report` draws."""

from pathlib import Path

import click

from benchmarks.capacity import slo
from benchmarks.capacity.slo import BadSlo
from benchmarks.report import page
from benchmarks.report.result import BadResult, read


@click.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="RUN.json...",
    type=click.Path(dir_okay=False, path_type=Path),
)
@click.option(
    "--out",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The page; default: beside the first file.",
)
@click.option(
    "--png",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the charts as pictures into this folder too.",
)
@click.option("--slo", "limits", help="Draw the limits of this SLO: a file, or one that ships.")
def report(
    files: tuple[Path, ...], path: Path | None, folder: Path | None, limits: str | None
) -> None:
    """The curves of one or several results on a page that needs nothing else."""
    try:
        results = [read(file) for file in files]
        bounds = slo.load(limits).bounds if limits else {}
    except (BadResult, BadSlo) as error:
        raise click.ClickException(str(error)) from None
    path = path or files[0].with_suffix(".html")
    try:
        page.write(results, path, bounds)
        made = page.pictures(results, folder, bounds) if folder else []
    except OSError as error:
        raise click.ClickException(f"cannot write: {error}") from None
    for one in (path, *made):
        click.echo(one)
