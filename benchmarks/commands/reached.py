"""What the commands share whose answer is yes or no: their folder, file, table and exit code."""

import asyncio
import shlex
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import click
import msgspec
from captionflow import ServerError
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from benchmarks.report import reach
from benchmarks.report.reach import Figure, Outcome
from benchmarks.run.machine import describe
from benchmarks.speech.corpus import CorpusError
from server.commands.child import ServerDied

RESULTS = Path("build") / "bench"
FAILURES: tuple[type[Exception], ...] = (ServerDied, ServerError, CorpusError)
SHOWN = 20  # faults that are printed; the file has all

out = Console()
err = Console(stderr=True)

Command = TypeVar("Command", bound=Callable[..., None])
T = TypeVar("T")


def options(command: Command) -> Command:
    """Where the result goes, and how it is printed."""
    command = click.option("--markdown", is_flag=True, help="Print the table as Markdown.")(command)
    path = click.Path(dir_okay=False, path_type=Path)
    return click.option("--out", "path", type=path, help="JSON file.")(command)


def run(
    measure: Callable[[Path, Callable[[str], None]], Coroutine[Any, Any, T]],
    *more: type[Exception],
) -> T:
    """In a folder of its own, with a line that says how far it is.

    more: failures besides those of servers and corpora whose message is all that is to be said.
    """
    failures = (*FAILURES, *more)
    with TemporaryDirectory(prefix="captionflow-bench-", ignore_cleanup_errors=True) as name:
        # A server started as root runs its database as another user, who must get through.
        Path(name).chmod(0o711)
        try:
            with err.status("starting") as status:
                return asyncio.run(measure(Path(name), status.update))
        except failures as died:
            raise click.ClickException(str(died)) from None
        except BaseExceptionGroup as group:
            if group.subgroup(failures) is None:
                raise
            raise click.ClickException(str(_first(group))) from group


def _first(error: BaseException) -> BaseException:
    """What was raised first in a group, however deep."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def finish(
    kind: str,
    began: datetime,
    settings: Struct,
    figures: Iterable[Figure],
    samples: dict[str, tuple[float, ...]],
    faults: Iterable[str],
    path: Path | None,
    markdown: bool,
) -> None:
    """Writes and prints all that is known; exits with 1 when something was missed."""
    asked = msgspec.to_builtins(settings)
    outcome = Outcome(
        kind=kind,
        began=began.isoformat(timespec="seconds"),
        machine=describe(),
        command=_again(kind, asked),
        settings=asked,
        figures=tuple(figures),
        samples=samples,
        faults=tuple(faults),
    )
    path = path or RESULTS / f"{began:%Y%m%d-%H%M%S}-{kind.replace(' ', '-')}.json"
    reach.write(outcome, path)
    _print(outcome, path, markdown)
    if not outcome.reached:
        raise click.exceptions.Exit(1)


def now() -> datetime:
    return datetime.now(UTC)


def _again(kind: str, asked: dict[str, Any]) -> str:
    """Every setting, also those that are the default today: defaults change."""
    given = [part for name, value in asked.items() for part in _option(name, value)]
    return shlex.join(["captionflow", "bench", *kind.split(), *given])


def _option(name: str, value: Any) -> list[str]:
    match value:
        case None:
            return []
        case bool():
            return [f"--{name}" if value else f"--no-{name}"]
        case str():
            return [f"--{name}", value]
        case list() | tuple():
            return [f"--{name}", ",".join(f"{one:g}" for one in value)]
        case _:
            return [f"--{name}", f"{value:g}"]


def _print(outcome: Outcome, path: Path, markdown: bool) -> None:
    table = reach.rows(outcome.figures)
    if markdown:
        click.echo(reach.markdown(table))
    else:
        shown = Table(*table[0])
        for row in table[1:]:
            shown.add_row(*row)
        out.print(shown)
    for fault in outcome.faults[:SHOWN]:
        click.secho(f"FAULT: {fault}", err=True, fg="red")
    if more := len(outcome.faults) - SHOWN:
        click.echo(f"and {more} more" if more > 0 else "", nl=more > 0, err=True)
    click.echo(f"again: {outcome.command}", err=True)
    click.echo(f"figures: {path}", err=True)
