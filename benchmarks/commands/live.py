"""`bench live`: paced clients in real time. Options and their order; measures nothing itself."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from click.core import ParameterSource

from benchmarks.commands import options, show
from benchmarks.commands.options import RESULTS, Asked
from benchmarks.commands.reference import Offline
from benchmarks.report import page
from benchmarks.report import result as report
from benchmarks.report.result import BadResult, Result
from benchmarks.run.live import Played, judge, play, prepare
from benchmarks.run.machine import NoProcess, describe
from benchmarks.speech.corpus import CorpusError
from benchmarks.speech.streams import Stream
from server.commands.child import ServerDied


def _levels(context: click.Context, option: click.Parameter, value: str) -> tuple[int, ...]:
    try:
        levels = tuple(int(part) for part in value.split(","))
    except ValueError:
        raise click.BadParameter("give numbers with commas between, like 1,4,8") from None
    if not levels or min(levels) < 1:
        raise click.BadParameter("at least one stream")
    return levels


@click.command()
@click.option("--streams", "levels", default="1", callback=_levels, help="Numbers, like 1,4.")
@options.speech()
@options.server()
@click.option(
    "--replay",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="RUN.json",
    help="Do that run again; options given besides win.",
)
@click.option("--out", "path", type=click.Path(dir_okay=False, path_type=Path), help="JSON file.")
@click.option("--markdown", is_flag=True, help="Print the table as Markdown.")
@click.pass_context
def live(
    context: click.Context,
    /,
    levels: tuple[int, ...],
    replay: Path | None,
    path: Path | None,
    markdown: bool,
    **given: object,
) -> None:
    """Paced clients in real time: latency of every word, accuracy, steadiness."""
    asked, levels = _asked(context, levels, replay, given)
    settings = asked.settings
    offline = Offline(settings)
    try:
        streams = prepare(settings, asked.folder, max(levels))
        began = datetime.now(UTC)
        played = asyncio.run(_play(asked, streams, levels))
    except (CorpusError, ServerDied, NoProcess, ValueError) as error:
        raise click.ClickException(str(error)) from None
    heard = streams[: max(len(one.logs) for one in played)]
    texts = offline.texts(heard)
    runs = tuple(judge(one, texts) for one in played)
    result = Result(began.isoformat(timespec="seconds"), describe(), settings, runs)
    path = path or RESULTS / f"{began:%Y%m%d-%H%M%S}-live.json"
    report.write(result, path)
    page.write([result], path.with_suffix(".html"))
    show.result(result, path, markdown)
    if len(runs) < len(levels) or not all(run.valid for run in runs):
        raise click.exceptions.Exit(1)


def _asked(
    context: click.Context, levels: tuple[int, ...], replay: Path | None, given: dict[str, object]
) -> tuple[Asked, tuple[int, ...]]:
    if replay is None:
        return options.asked(given), levels
    try:
        before = report.read(replay)
    except BadResult as error:
        raise click.ClickException(str(error)) from None
    said = ParameterSource.COMMANDLINE
    chosen = {name for name in context.params if context.get_parameter_source(name) is said}
    again = levels if "levels" in chosen else tuple(run.streams for run in before.runs)
    return options.asked(given, before.settings, chosen), again


async def _play(asked: Asked, streams: Sequence[Stream], levels: Sequence[int]) -> list[Played]:
    with show.playing() as tell:
        return await play(
            asked.settings, streams, levels, asked.url, asked.token, tell, asked.watch
        )
