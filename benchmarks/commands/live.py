"""`bench live`: paced clients in real time. Options and printing; measures nothing itself."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from captionflow import Final
from captionflow.protocol import stream_url
from rich.console import Console

from benchmarks.report import result as report
from benchmarks.report.result import Result, Settings
from benchmarks.run.drive import StreamLog
from benchmarks.run.live import Played, judge, play, prepare
from benchmarks.run.machine import describe
from benchmarks.speech.corpus import SHIPPED, CorpusError
from benchmarks.speech.normalise import LANGUAGES
from benchmarks.speech.streams import Stream
from server.commands.child import ServerDied

RESULTS = Path("build") / "bench"  # what is published goes to benchmarks/results by --out
DEFAULT_MODEL = "base"  # what a server without settings uses, and so the offline reference too

out = Console()
err = Console(stderr=True)


def _levels(context: click.Context, option: click.Parameter, value: str) -> tuple[int, ...]:
    try:
        levels = tuple(int(part) for part in value.split(","))
    except ValueError:
        raise click.BadParameter("give numbers with commas between, like 1,4,8") from None
    if not levels or min(levels) < 1:
        raise click.BadParameter("at least one stream")
    return levels


def _address(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    try:
        return value and stream_url(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.option("--streams", "levels", default="1", callback=_levels, help="Numbers, like 1,4.")
@click.option(
    "--seconds",
    type=click.FloatRange(2),
    default=60.0,
    show_default=True,
    help="Length of each stream, at most.",
)
@click.option(
    "--corpus",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=SHIPPED,
    help="Folder with a manifest.jsonl; default: the recording that ships.",
)
@click.option("--category", help="Only recordings of this category.")
@click.option("--id", "ids", multiple=True, help="Only this recording; may be repeated.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option("--seed", default=1, show_default=True, help="Order of utterances, offsets.")
@click.option(
    "--spread",
    type=click.FloatRange(0),
    default=2.0,
    show_default=True,
    help="Seconds over which streams begin.",
)
@click.option(
    "--drain",
    type=click.FloatRange(1),
    default=60.0,
    show_default=True,
    help="Seconds to end after the audio.",
)
@click.option(
    "--endpoint-ms",
    type=click.IntRange(1),
    default=500,
    show_default=True,
    help="Pause that ends an utterance.",
)
@click.option("--model", help="Model for server and offline reference; default: the server's.")
@click.option("--offline/--no-offline", default=True, help="Decode with full context as well.")
@click.option(
    "--url", callback=_address, help="A running server; default: one is started for the run."
)
@click.option("--token", envvar="CAPTIONFLOW_TOKEN", help="For --url; or CAPTIONFLOW_TOKEN.")
@click.option("--out", "path", type=click.Path(dir_okay=False, path_type=Path), help="JSON file.")
@click.option("--markdown", is_flag=True, help="Print the table as Markdown.")
def live(
    levels: tuple[int, ...],
    folder: Path,
    url: str | None,
    token: str | None,
    path: Path | None,
    markdown: bool,
    **given: object,
) -> None:
    """Paced clients in real time: latency of every word, accuracy, steadiness."""
    settings = Settings(target="captionflow", corpus=folder.name, **given)  # type: ignore[arg-type]
    weights = _weights(settings) if settings.offline else None
    try:
        streams = prepare(settings, folder, max(levels))
        began = datetime.now(UTC)
        played = asyncio.run(_play(settings, streams, levels, url, token))
    except (CorpusError, ServerDied, ValueError) as error:
        raise click.ClickException(str(error)) from None
    heard = streams[: max(len(one.logs) for one in played)]
    texts = _offline(heard, weights, settings.language) if weights else {}
    runs = tuple(judge(one, texts) for one in played)
    result = Result(began.isoformat(timespec="seconds"), describe(), settings, runs)
    path = path or RESULTS / f"{began:%Y%m%d-%H%M%S}-live.json"
    report.write(result, path)
    _print(result, path, markdown)
    if len(runs) < len(levels) or not all(run.valid for run in runs):
        raise click.exceptions.Exit(1)


async def _play(
    settings: Settings,
    streams: Sequence[Stream],
    levels: Sequence[int],
    url: str | None,
    token: str | None,
) -> list[Played]:
    with err.status("starting") as status:

        def tell(count: int, logs: Sequence[StreamLog]) -> None:
            status.update(_progress(count, logs, asyncio.get_running_loop().time()))

        return await play(settings, streams, levels, url, token, tell)


def _progress(count: int, logs: Sequence[StreamLog], now: float) -> str:
    at = max((min(now - log.began, log.stream.seconds) for log in logs), default=0.0)
    whole = max((log.stream.seconds for log in logs), default=0.0)
    words = sum(
        len(one.event.text.split())
        for log in logs
        for one in log.seen
        if isinstance(one.event, Final)
    )
    failed = sum(log.failure is not None for log in logs)
    return f"{count} streams, {max(at, 0):.0f} of {whole:.0f} s, {words} words, {failed} failed"


def _weights(settings: Settings) -> Path:
    """The folder of the reference's model, found before the run: a missing one costs no time."""
    from inference.models import BadWeights, UnknownModel, folder

    try:
        return folder(settings.model or DEFAULT_MODEL)
    except (UnknownModel, BadWeights) as error:
        raise click.ClickException(f"{error}; or give --no-offline") from None


def _offline(streams: Iterable[Stream], weights: Path, language: str) -> dict[int, str]:
    # Loads the model's libraries, a second or two that --no-offline and --help need not pay.
    from benchmarks.run.offline import Reference

    with err.status("decoding offline") as status:
        reference = Reference(weights, language)
        texts: dict[int, str] = {}
        for stream in streams:
            status.update(f"decoding stream {stream.index} offline")
            texts[stream.index] = reference.transcribe(stream)
    return texts


def _print(result: Result, path: Path, markdown: bool) -> None:
    if markdown:
        click.echo(report.markdown(result))
    else:
        out.print(report.table(result))
    for run in result.runs:
        for fault in run.faults:
            click.secho(f"INVALID (streams: {run.streams}): {fault}", err=True, fg="red")
    click.echo(f"raw figures: {path}", err=True)
