"""How a session is shown: captions that grow in a terminal, lines in a pipe, or its own JSON.

Draws events and keeps the open captions; knows no connection.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import click
import msgspec
from captionflow import Error, Event, Final, Notice, Partial, Reconnecting, Resumed, Warning
from rich.console import Console
from rich.live import Live
from rich.text import Text

Show: TypeAlias = Callable[[Event | Notice], None]
"""Shows one event, or what happens to its connection, at once."""


@contextmanager
def screen(console: Console) -> Iterator[Show]:
    """Finished lines scroll up with their time; below them the captions that still grow."""
    growing: dict[int, Partial] = {}
    with Live(console=console, auto_refresh=False, transient=True) as live:

        def show(event: Event | Notice) -> None:
            line: Text | None = None
            match event:
                case Partial(seg=seg):
                    growing[seg] = event
                case Final(seg=seg, text=text):
                    growing.pop(seg, None)
                    line = finished(event) if text else None
                case Warning(message=message) | Error(message=message):
                    line = Text(message, "yellow")
                case Reconnecting() | Resumed():
                    line = Text(said, "yellow") if (said := connection(event)) else None
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


def connection(notice: Notice) -> str | None:
    """What is said of a lost connection: once when it is lost, once when there is another."""
    match notice:
        case Reconnecting(message=message, attempt=1):
            return f"{message}; connecting again"
        case Resumed(lost=lost):
            return "connected again" + (f"; {lost:.1f} s were not heard" if lost else "")
        case _:
            return None


def lines(event: Event | Notice) -> None:
    """Finals only, one a line; what went wrong goes to standard error."""
    match event:
        case Final(text=text) if text:
            click.echo(text)
        case Warning(message=message) | Error(message=message):
            click.echo(message, err=True)
        case Reconnecting() | Resumed():
            if said := connection(event):
                click.echo(said, err=True)


def wire(event: Event | Notice) -> None:
    """The event as one line of JSON, as it was on the wire. click.echo flushes."""
    if not isinstance(event, Reconnecting | Resumed):
        click.echo(msgspec.json.encode(event))
