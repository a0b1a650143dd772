"""`bench compare`: ratios with intervals. Options and printing; `report` computes."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from rich.console import Console

from benchmarks.report import result as report
from benchmarks.report import verdicts
from benchmarks.report.result import BadResult
from benchmarks.report.sides import Comparison, Incomparable, Side, compared

WIDTH = 110  # that figures and verdicts need at least

out = Console(width=max(Console().width, WIDTH))


@click.command()
@click.argument("given", nargs=-1, required=True, metavar="BASE OTHER [OTHER]...")
@click.option("--force", is_flag=True, help="Also other corpora and other numbers of streams.")
@click.option("--markdown", is_flag=True, help="Print the tables as Markdown.")
def compare(given: tuple[str, ...], force: bool, markdown: bool) -> None:
    """Is the second faster than the first, or was it lucky?

    Each argument is a side: a result file, or several runs of the same with commas between them
    (a1.json,a2.json,a3.json b1.json,b2.json,b3.json). All others are compared with the first.
    """
    if len(given) < 2:
        raise click.UsageError("give two sides at least, files of one side with commas between")
    try:
        base, *others = _sides([[Path(part) for part in one.split(",") if part] for one in given])
        found = [compared(base, other, force) for other in others]
    except BadResult as error:
        raise click.ClickException(str(error)) from None
    except Incomparable as error:
        raise click.ClickException(f"{error}; --force compares all the same") from None
    for one in found:
        _print(one, markdown)


def _sides(given: Sequence[Sequence[Path]]) -> Iterator[Side]:
    """Each by the name of its first file, with its folder where names are alike."""
    if not all(given):
        raise click.UsageError("a side has no file; give files with commas between")
    names = [paths[0].stem for paths in given]
    for name, paths in zip(names, given, strict=True):
        results = tuple(report.read(path) for path in paths)
        yield Side(name if names.count(name) == 1 else str(paths[0]), results)


def _print(found: Comparison, markdown: bool) -> None:
    if markdown:
        click.echo(verdicts.markdown(found))
        return
    for level in found.levels:
        out.print(verdicts.table(found, level))
    for note in found.notes:
        click.secho(note, fg="red" if note.startswith("INVALID") else None)
