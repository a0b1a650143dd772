"""Runs on a terminal: a bar while they last, their table at the end. Measures nothing."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from captionflow import Final
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

from benchmarks.report import rows
from benchmarks.report.result import Result
from benchmarks.run.drive import StreamLog
from benchmarks.run.live import Tell

out = Console()
err = Console(stderr=True)


@contextmanager
def playing(console: Console = err) -> Iterator[Tell]:
    """A bar with what the streams of the run have come to; gives what `play` wants to tell it."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn())
    with Progress(*columns, TextColumn("{task.fields[so_far]}"), console=console) as progress:
        bar = progress.add_task("starting", total=None, so_far="")

        def tell(count: int, logs: Sequence[StreamLog]) -> None:
            _update(progress, bar, count, logs)

        yield tell


def _update(progress: Progress, bar: TaskID, count: int, logs: Sequence[StreamLog]) -> None:
    now = asyncio.get_running_loop().time()
    at = max((min(now - log.began, log.stream.seconds) for log in logs), default=0.0)
    whole = max((log.stream.seconds for log in logs), default=0.0)
    progress.update(
        bar,
        total=whole,
        completed=max(at, 0.0),
        description=f"{count} stream{'s' * (count > 1)}" if count else "warming up",
        so_far=so_far(logs, max(at, 0.0), whole),
    )


def so_far(logs: Sequence[StreamLog], at: float, whole: float) -> str:
    """What has come of the streams, `at` seconds into the longest."""
    words = sum(
        len(one.event.text.split())
        for log in logs
        for one in log.seen
        if isinstance(one.event, Final)
    )
    failed = sum(log.failure is not None for log in logs)
    return f"{at:.0f} of {whole:.0f} s, {words} words, {failed} failed"


def result(found: Result, path: Path, markdown: bool) -> None:
    """The table, why runs must not be used, and where the file is."""
    if markdown:
        click.echo(rows.markdown(found))
    else:
        out.print(rows.table(found))
    for run in found.runs:
        for fault in run.faults:
            click.secho(f"INVALID (streams: {run.streams}): {fault}", err=True, fg="red")
    click.echo(f"raw figures: {path}", err=True)
