"""`captionflow demo`: a server, a voice, captions and files, in one command.

Plays the recording that ships with the project to a server of its own. Everything it does can be
done by hand with `serve` and `listen`.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, aclosing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import click
from captionflow import Event, Final, Notice, Partial, ServerError, SpeechStart, connect
from rich.console import Console
from rich.text import Text

import server
from server.commands import ask, captions, child, options, sources
from server.commands.captions import Show
from server.commands.child import Child, ServerDied
from server.commands.talk import converse, interrupts

RECORDING = Path(server.__file__).parents[1] / "benchmarks/corpus/dialogue/dialogue.flac"
FINALIZE = 60.0  # seconds that storing recording and transcript may take
SHOWN = 5  # lines of the transcript in the summary


class Stopwatch:
    """When the first words were shown, from when they were spoken."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.spoken: float | None = None
        self.first: float | None = None

    def heard(self, event: Event | Notice) -> None:
        if isinstance(event, SpeechStart) and self.spoken is None:
            self.spoken = event.at
        if isinstance(event, Partial) and event.text and self.first is None:
            self.first = time.monotonic() - self.began - (self.spoken or 0.0)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


@click.command()
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("data/demo"),
    show_default=True,
    help="Where the server keeps what it hears.",
)
@click.option(
    "--recording",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=RECORDING,
    help="Another recording to play.",
)
@click.option(
    "--stay", is_flag=True, envvar="DEMO_STAY", help="Keep serving afterwards; or DEMO_STAY=1."
)
def demo(data_dir: Path, recording: Path, stay: bool) -> None:
    """Start a server, play a recording to it as one would speak, show what it makes of it."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        sources.check(recording)
        data_dir.mkdir(parents=True, exist_ok=True)
        asyncio.run(_demo(console, data_dir.absolute(), recording, stay))
    except (ServerDied, ServerError) as error:
        raise click.ClickException(str(error)) from None
    except (*sources.UNREADABLE, OSError) as error:
        raise click.ClickException(str(error)) from None


async def _demo(console: Console, data_dir: Path, recording: Path, stay: bool) -> None:
    whole = Stopwatch()
    async with AsyncExitStack() as stack:
        with _waiting(console, f"starting a server with its data in {data_dir}"):
            command, log = child.serve_command(data_dir), data_dir / "server.log"
            served = await stack.enter_async_context(child.serving(command, log))
        console.print(f"the server listens at {served.url} after {whole.seconds:.1f} s")
        console.print(f"playing {recording.name} to it, as fast as one speaks\n")
        try:
            session, watch = await _play(console, served.url, recording)
            with _waiting(console, "storing recording and transcript"):
                record = await ask.finished(served.url, session, FINALIZE)
            text = await ask.text(served.url, f"/v1/sessions/{session}/exports/txt")
        except ServerError as error:
            raise served.died or error from None
        _summary(console, served.url, record, text, _objects(data_dir))
        console.print(f"first caption {watch.first or 0:.2f} s after the first word began")
        console.print(f"all of this took {whole.seconds:.1f} s")
        if stay:
            await _stay(console, served)
    console.print("the server has stopped" + ("" if stay else "; DEMO_STAY=1 make demo keeps it"))


async def _play(console: Console, url: str, recording: Path) -> tuple[str, Stopwatch]:
    """Speak, show, and return the session and how quick it was."""
    drawing = captions.screen(console) if console.is_terminal else nullcontext(_plain(console))
    source = sources.paced(sources.file(recording))
    async with connect(url) as live, aclosing(source):
        with drawing as draw:
            watch = Stopwatch()

            def show(event: Event | Notice) -> None:
                watch.heard(event)
                draw(event)

            await converse(live, source, show, asyncio.Event())
        return live.welcome.session, watch


def _plain(console: Console) -> Show:
    """Finished lines with their time, where nothing can grow."""

    def show(event: Event | Notice) -> None:
        if isinstance(event, Final) and event.text:
            console.print(captions.finished(event))

    return show


@contextmanager
def _waiting(console: Console, text: str) -> Iterator[None]:
    if not console.is_terminal:
        console.print(text)
        yield
        return
    with console.status(Text(text)):
        yield


def _objects(data_dir: Path) -> Path:
    """Where the server puts files: the environment may say so, for it and for us."""
    return options.settings(storage={"data_dir": data_dir}).storage.objects


def _summary(console: Console, url: str, record: dict[str, Any], text: str, objects: Path) -> None:
    if record["state"] != "ready":
        raise ServerError("failed", f"session {record['id']} could not be finished")
    rows = text.splitlines()
    console.print("\nthe transcript begins:")
    for row in rows[:SHOWN]:
        console.print(f"  {row}", markup=False)
    if len(rows) > SHOWN:
        console.print(f"  ({len(rows) - SHOWN} more lines)")
    console.print("\nkept:")
    for artifact in sorted(record["artifacts"], key=lambda each: str(each["name"])):
        size = f"{artifact['bytes'] / 1000:.0f} kB"
        console.print(f"  {artifact['name']:<16}  {size:>7}  {objects / artifact['key']}")
    console.print(f"  {'session':<16}  {'':>7}  {ask.session_address(url, record['id'])}")
    console.print(f"  {'its page':<16}  {'':>7}  {ask.address(url, '/sessions/' + record['id'])}\n")


async def _stay(console: Console, served: Child) -> None:
    stop = asyncio.Event()
    with interrupts(stop):
        console.print(f"\nstill serving at {served.url}; Ctrl-C ends it. For example:")
        console.print(f"  open {served.url} in a browser, and speak")
        console.print(f"  captionflow listen mic --url {served.url}")
        ends = [asyncio.create_task(one) for one in (stop.wait(), served.process.wait())]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for one in ends:
            one.cancel()
    if died := served.died:
        raise died
