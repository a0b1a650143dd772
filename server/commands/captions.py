"""How a session is shown: captions that grow in a terminal, lines in a pipe, or its own JSON.

Draws events and keeps the open captions; knows no connection.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import click
import msgspec
from captionflow import Error, Event, Final, Partial, Warning
from rich.console import Console
from rich.live import Live
from rich.text import Text

Show: TypeAlias = Callable[[Event], None]
"""Shows one event, at once."""


@contextmanager
def screen(console: Console) -> Iterator[Show]:
    """Finished lines scroll up with their time; below them the captions that still grow."""
    growing: dict[int, Partial] = {}
    with Live(console=console, auto_refresh=False, transient=True) as live:

        def show(event: Event) -> None:
            line: Text | None = None
            match event:
                case Partial(seg=seg):
                    growing[seg] = event
                case Final(seg=seg, text=text):
                    growing.pop(seg, None)
                    line = finished(event) if text else None
                case Warning(message=message) | Error(message=message):
                    line = Text(message, "yellow")
                case _:
                    return
            live.update(caption(growing), refresh=True)
            if line is not None:
                console.print(line)

        yield show


def finished(final: Final) -> Text:
    return Text.assemble((clock(final.start), "cyan"), "  ", final.text)


def caption(growing: dict[int, Partial]) -> Text:
    """What stands firmly, what may still change lightly."""
    rows = [
        Text.assemble(
            (clock(partial.start), "dim cyan"),
            "  ",
            (partial.text[: partial.stable], "bold"),
            (partial.text[partial.stable :], "dim italic"),
        )
        for _, partial in sorted(growing.items())
        if partial.text
    ]
    return Text("\n").join(rows)


def clock(seconds: float) -> str:
    """Minutes and seconds of the session: 01:02.3."""
    tenths = round(seconds * 10)
    return f"{tenths // 600:02}:{tenths % 600 / 10:04.1f}"


def lines(event: Event) -> None:
    """Finals only, one a line; what went wrong goes to standard error."""
    match event:
        case Final(text=text) if text:
            click.echo(text)
        case Warning(message=message) | Error(message=message):
            click.echo(message, err=True)


def wire(event: Event) -> None:
    """The event as one line of JSON, as it was on the wire. click.echo flushes."""
    click.echo(msgspec.json.encode(event))
