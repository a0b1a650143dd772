"""`bench capacity`: how many streams a server carries. Options and printing; decides nothing."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from msgspec.structs import replace

from benchmarks.capacity.climb import Attempt, climb, tried
from benchmarks.capacity.curve import (
    WORDS,
    Capacity,
    answer,
    counted,
    heading,
    named,
    outcome,
    rows,
)
from benchmarks.capacity.search import Level, Plan, following
from benchmarks.capacity.slo import BadSlo, Slo, load
from benchmarks.capacity.verdict import Verdict
from benchmarks.commands import options, show
from benchmarks.commands.options import RESULTS, Asked
from benchmarks.commands.reference import Offline
from benchmarks.report import cells, page
from benchmarks.report import result as report
from benchmarks.report.result import Run
from benchmarks.run.live import judge, play, prepare
from benchmarks.run.machine import NoProcess, describe
from benchmarks.speech.corpus import CorpusError
from server.commands.child import ServerDied


def slo_option(_: click.Context, __: click.Parameter, value: str | None) -> Slo | None:
    try:
        return None if value is None else load(value)
    except BadSlo as error:
        raise click.BadParameter(str(error)) from None


def check(asked: Asked, slo: Slo) -> None:
    """That the runs will have the figures that the SLO bounds. Raises UsageError."""
    if slo.needs_offline and not asked.settings.offline:
        raise click.UsageError(f"{slo.name} bounds wer_over_offline, which --no-offline leaves out")
    if asked.settings.forced and any(name.startswith("endings.") for name in slo.bounds):
        raise click.UsageError(
            f"{slo.name} bounds endings, which --forced has none of: bound forced"
        )


@click.command()
@click.option(
    "--slo",
    default="captions",
    show_default=True,
    callback=slo_option,
    help="What to stay inside of: a name that ships, or a TOML file.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(0.05),
    default=10.0,
    show_default=True,
    help="Length of a level that rules a number of streams in.",
)
@click.option(
    "--probe-minutes",
    type=click.FloatRange(0),
    default=1.0,
    show_default=True,
    help="Length of those that only rule numbers out; 0 plays none.",
)
@click.option(
    "--start", type=click.IntRange(1), default=1, show_default=True, help="Streams to begin with."
)
@click.option(
    "--max",
    "most",
    type=click.IntRange(1),
    default=64,
    show_default=True,
    help="Streams at most.",
)
@options.speech("seconds")
@options.server()
@click.option("--out", "path", type=click.Path(dir_okay=False, path_type=Path), help="JSON file.")
@click.option("--markdown", is_flag=True, help="Print the table as Markdown.")
def capacity(
    slo: Slo,
    minutes: float,
    probe_minutes: float,
    start: int,
    most: int,
    path: Path | None,
    markdown: bool,
    **given: object,
) -> None:
    """The largest number of streams inside an SLO, and the curve up to it."""
    asked = options.asked({**given, "seconds": minutes * 60})
    check(asked, slo)
    began = datetime.now(UTC)
    search = _Search(
        began.isoformat(timespec="seconds"),
        asked,
        Plan(min(start, most), most, probes=0 < probe_minutes < minutes),
        slo,
        {True: minutes * 60, False: probe_minutes * 60},
    )
    path = path or RESULTS / f"{began:%Y%m%d-%H%M%S}-capacity.json"
    try:
        for found in search.results():
            report.write(found, path)  # each time: a search takes hours, and may be broken off
            _tell(found)
    except (CorpusError, ServerDied, NoProcess, ValueError) as error:
        raise click.ClickException(str(error)) from None
    page.write([found], path.with_suffix(".html"), slo.bounds)
    _print(found, markdown)
    click.echo(f"raw figures: {path}", err=True)
    if not found.complete or found.streams == 0:
        raise click.exceptions.Exit(1)


class _Search:
    """Plays what the search asks for; each level has a server of its own, if none was given."""

    def __init__(
        self, began: str, asked: Asked, plan: Plan, slo: Slo, seconds: dict[bool, float]
    ) -> None:
        """seconds: of a level that is full, and of one that is not."""
        self._began = began
        self._machine = describe()
        self._asked = asked
        self._plan = plan
        self._slo = slo
        self._seconds = seconds
        self._offline = Offline(asked.settings)

    def results(self) -> Iterator[Capacity]:
        """What is known after each level."""
        runs: list[Run] = []
        verdicts: list[Verdict] = []
        for attempt, verdict in climb(self._plan, self._slo, self._length, self._play):
            runs.append(attempt.run)
            verdicts.append(verdict)
            over = following(self._plan, tried(verdicts)) is None and not attempt.gone
            yield Capacity(
                self._began,
                self._machine,
                self._asked.settings,
                tuple(runs),
                plan=self._plan,
                slo=self._slo,
                verdicts=tuple(verdicts),
                streams=answer(self._plan, verdicts),
                complete=over,
            )

    def _length(self, level: Level) -> float:
        return self._seconds[level.full]

    def _play(self, level: Level) -> Attempt:
        asked = self._asked
        settings = replace(asked.settings, seconds=self._length(level))
        streams = prepare(settings, asked.folder, level.streams)
        with show.playing() as tell:
            playing = play(
                settings, streams, [level.streams], asked.url, asked.token, tell, asked.watch
            )
            (played,) = asyncio.run(playing)
        # A probe is not held to word errors, and decoding it would take longer than playing it.
        run = judge(played, self._offline.texts(streams) if level.full else {})
        return Attempt(run, gone=played.died is not None or played.nobody)


def _tell(found: Capacity) -> None:
    """How the last level went."""
    run, verdict = found.runs[-1], found.verdicts[-1]
    level = f"{counted(verdict.streams)}, {named(verdict)}"
    click.echo(f"{level}: {outcome(verdict)}", err=True)
    for fault in run.faults:
        click.secho(f"  {fault}", err=True, fg="red")


def _print(found: Capacity, markdown: bool) -> None:
    if markdown:
        click.echo(cells.markdown(heading(found), rows(found), WORDS))
    else:
        show.out.print(cells.table(heading(found), rows(found), WORDS))
