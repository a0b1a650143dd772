"""`captionflow listen`: live captions in a terminal. Chooses source and drawing, no more."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, aclosing, nullcontext
from pathlib import Path

import click
from captionflow import Ended, Event, Notice, ServerError, connect
from rich.console import Console

from server.commands import captions, options, sources
from server.commands.captions import Show
from server.commands.sources import UNREADABLE, reason
from server.commands.talk import converse, interrupts

URL = "http://127.0.0.1:8000"


@click.command()
@click.argument("source", default="mic", metavar="[FILE|-|mic]")
@click.option("--url", default=URL, show_default=True, callback=options.url, help="The server.")
@click.option("--language", help='Such as "en", or "auto"; default: the server\'s.')
@click.option("--json", "as_json", is_flag=True, help="One event a line, as it was on the wire.")
@click.option(
    "--realtime/--fast",
    default=None,
    help="Send as one speaks, or as fast as the server takes it. Default: a file as one speaks, "
    "standard input as it comes.",
)
def listen(
    source: str, url: str, language: str | None, as_json: bool, realtime: bool | None
) -> None:
    """Show captions of a file, of raw audio on standard input (-), or of the microphone (mic).

    Raw audio is 16-bit little-endian mono at 16 kHz. Ctrl-C ends the session: the last words are
    waited for, and the server keeps the recording.
    """
    try:
        given, lossy = _source(source, realtime), source == "mic"
        asyncio.run(_listen(given, url, language, _drawing(as_json), lossy))
    except ServerError as error:
        raise click.ClickException(error.message) from None
    except UNREADABLE as error:
        raise click.ClickException(f"{source}: {error}") from None
    except asyncio.CancelledError:
        raise click.Abort from None


def _source(name: str, realtime: bool | None) -> AsyncGenerator[bytes, None]:
    if name == "mic":
        return sources.microphone(sources.recorder())
    if name == "-":
        source = sources.raw(sys.stdin.fileno())
        return sources.paced(source) if realtime else source
    path = Path(name)
    try:
        sources.check(path)
    except (*UNREADABLE, OSError) as error:
        raise click.ClickException(f"{name}: {reason(error)}") from None
    return sources.file(path) if realtime is False else sources.paced(sources.file(path))


def _drawing(as_json: bool) -> AbstractContextManager[Show]:
    if as_json:
        return nullcontext(captions.wire)
    console = Console(highlight=False)
    return captions.screen(console) if console.is_terminal else nullcontext(captions.lines)


async def _listen(
    source: AsyncGenerator[bytes, None],
    url: str,
    language: str | None,
    drawing: AbstractContextManager[Show],
    lossy: bool,
) -> None:
    """lossy: the source cannot wait for a connection that is lost for long."""
    stop = asyncio.Event()
    heard = "not ended"
    with interrupts(stop):
        async with connect(url, language=language, lossy=lossy, notices=True) as live:
            try:
                with drawing as show:

                    def shown(event: Event | Notice) -> None:
                        nonlocal heard
                        if isinstance(event, Ended):
                            heard = f"{event.duration:.1f} s heard"
                        show(event)

                    async with aclosing(source):
                        await converse(live, source, shown, stop)
            finally:
                click.echo(f"session {live.welcome.session}: {heard}", err=True)
