"""`bench sweep`: which settings are worth having. Options and printing; decides nothing."""

import asyncio
import os
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from msgspec.structs import replace

from benchmarks.capacity.slo import Slo
from benchmarks.commands import options, show
from benchmarks.commands.capacity import check, slo_option
from benchmarks.commands.options import OURS, RESULTS, Asked
from benchmarks.commands.reference import Offline
from benchmarks.report import cells
from benchmarks.report import result as report
from benchmarks.report.result import Run
from benchmarks.run.live import judge, play, prepare
from benchmarks.run.machine import describe
from benchmarks.run.serve import own, toml
from benchmarks.run.settings import Sections
from benchmarks.speech.corpus import CorpusError
from benchmarks.sweep import grid
from benchmarks.sweep.grid import Axis, BadGrid, Point
from benchmarks.sweep.pareto import winner
from benchmarks.sweep.table import WORDS, Sweep, heading, last, rows
from benchmarks.sweep.turns import Turn, gather, turns
from server.settings import PREFIX

ELSEWHERE = {"target": OURS, "url": None, "token": None, "watch": None}
"""Options of a server that somebody else started, who cannot be given settings."""


def _axes(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> list[Axis]:
    try:
        return [axis for value in values for axis in _read(value)]
    except (BadGrid, OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(str(error)) from None


def _read(value: str) -> list[Axis]:
    """An axis as it is, or the axes of a file."""
    return [grid.axis(value)] if "=" in value else grid.axes(Path(value).read_text("utf-8"))


@click.command()
@click.option(
    "--grid",
    "axes",
    multiple=True,
    required=True,
    callback=_axes,
    metavar="SECTION.FIELD=A,B | FILE",
    help="Values of a setting to try, or a TOML file of such; may be repeated.",
)
@click.option("--random", "draw", type=click.IntRange(1), help="Only so many points of the grid.")
@click.option("--repeats", type=click.IntRange(1), default=2, show_default=True)
@click.option("--streams", type=click.IntRange(1), default=1, show_default=True)
@click.option("--slo", callback=slo_option, help="The winner must be inside: a name, or a file.")
@click.option(
    "--slack",
    type=click.FloatRange(0),
    default=0.5,
    show_default=True,
    help="Points of WER that the winner may be behind the best.",
)
@options.speech()
@options.server(*ELSEWHERE)
@click.option("--out", "path", type=click.Path(dir_okay=False, path_type=Path), help="JSON file.")
@click.option(
    "--winner",
    "settings_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Settings file of the winner, for `captionflow serve --config`.",
)
@click.option("--markdown", is_flag=True, help="Print the table as Markdown.")
def sweep(
    axes: list[Axis],
    draw: int | None,
    repeats: int,
    streams: int,
    slo: Slo | None,
    slack: float,
    path: Path | None,
    settings_path: Path | None,
    markdown: bool,
    **given: object,
) -> None:
    """Every combination of settings with the same talk: latency, accuracy, cost, the best."""
    asked = options.asked({**given, **ELSEWHERE})
    points = _points(axes, draw, asked)
    if slo is not None:
        check(asked, slo)
    began = datetime.now(UTC)
    path = path or RESULTS / f"{began:%Y%m%d-%H%M%S}-sweep.json"
    total = len(points) * repeats
    click.echo(f"{total} runs of {asked.settings.seconds:g} s", err=True)
    try:
        results = _results(asked, began, points, repeats, streams, slo, slack)
        for number, found in enumerate(results, 1):
            report.write(found, path)  # each time: a sweep takes hours, and may be broken off
            click.echo(f"{number} of {total}: {last(found)}", err=True)
    except (CorpusError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    _print(found, markdown)
    click.echo(f"raw figures: {path}", err=True)
    if found.winner is None:
        raise click.ClickException("no settings may win: all failed, or are outside the SLO")
    settings_path = settings_path or path.with_suffix(".toml")
    settings_path.parent.mkdir(parents=True, exist_ok=True)
    settings_path.write_text(_settings(found, path), encoding="utf-8")
    click.echo(f"settings of the winner: {settings_path}", err=True)


def _points(axes: Sequence[Axis], draw: int | None, asked: Asked) -> list[Point]:
    """The points to try. Raises UsageError for axes whose values no server would get to see."""
    names = [axis.name for axis in axes]
    if asked.settings.model and "model.name" in names:
        raise click.UsageError("--model and model.name in the grid: give one of them")
    for name in _overruled(names):
        raise click.UsageError(f"the environment has {name}, which overrules the grid: unset it")
    try:
        found = grid.points(axes)
    except BadGrid as error:
        raise click.UsageError(str(error)) from None
    return grid.draw(found, draw, asked.settings.seed) if draw else found


def _overruled(names: Collection[str]) -> list[str]:
    variables = (PREFIX + name.replace(".", "_").upper() for name in names)
    return [name for name in variables if name in os.environ]


def _results(
    asked: Asked,
    began: datetime,
    points: Sequence[Point],
    repeats: int,
    streams: int,
    slo: Slo | None,
    slack: float,
) -> Iterator[Sweep]:
    """What is known after each turn."""
    settings, machine = asked.settings, describe()
    prepared = prepare(settings, asked.folder, streams)
    offline = Offline(settings)

    def play_with(serve: Sections) -> Run:
        with show.playing() as tell:
            playing = play(replace(settings, serve=serve), prepared, [streams], None, None, tell)
            (played,) = asyncio.run(playing)
        return judge(played, offline.texts(prepared))

    played: list[Turn] = []
    runs: list[Run] = []
    for turn, run in turns(points, repeats, settings.seed, settings.serve, play_with):
        played.append(turn)
        runs += [run] if run else []
        tried = gather(points, played, runs, slo)
        yield Sweep(
            began.isoformat(timespec="seconds"),
            machine,
            settings,
            tuple(runs),
            repeats=repeats,
            turns=tuple(played),
            slo=slo,
            slack=slack,
            tried=tried,
            winner=winner(tried, slack),
        )


def _print(found: Sweep, markdown: bool) -> None:
    if markdown:
        click.echo(cells.markdown(heading(found), rows(found), WORDS))
    else:
        show.out.print(cells.table(heading(found), rows(found), WORDS))


def _settings(found: Sweep, path: Path) -> str:
    """The winner as a settings file, with a word on where it is from."""
    assert found.winner is not None
    won = found.tried[found.winner]
    assert won.costs is not None
    serve = won.point.over(found.settings.serve)
    return (
        f"# Winner of {len(found.tried)} points, {found.repeats} runs each: committed p95 "
        f"{won.costs.p95:.2f} s, WER {won.costs.wer:.1f} %, {won.costs.cores:.2f} cores a stream.\n"
        f"# Raw figures: {path.name}\n\n" + toml(own(replace(found.settings, serve=serve)))
    )
