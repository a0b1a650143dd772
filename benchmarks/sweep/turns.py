"""Plays every point of a grid, and again, and makes one of the repeats. Prints nothing."""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from benchmarks.capacity.slo import Slo
from benchmarks.report.result import Run
from benchmarks.run.settings import Sections
from benchmarks.sweep.grid import Point, schedule
from benchmarks.sweep.pareto import Tried, tried
from server.commands.child import ServerDied


class Turn(Struct, frozen=True):
    """One repeat of one point. point: index in the grid. run: index among the runs so far; None
    where the server did not start, and then `error` says why."""

    repeat: int
    point: int
    run: int | None
    error: str | None


def turns(
    points: Sequence[Point],
    repeats: int,
    seed: int,
    base: Sections,
    play: Callable[[Sections], Run],
) -> Iterator[tuple[Turn, Run | None]]:
    """Each turn as it was played, in the order of `schedule`.

    play: a run with a server of these settings; ServerDied from it is the failure of the point,
    not of the sweep.
    """
    runs = 0
    for repeat, index in schedule(len(points), repeats, seed):
        try:
            run = play(points[index].over(base))
        except ServerDied as error:
            yield Turn(repeat, index, None, str(error)), None
        else:
            yield Turn(repeat, index, runs, None), run
            runs += 1


def gather(
    points: Sequence[Point], played: Sequence[Turn], runs: Sequence[Run], slo: Slo | None
) -> tuple[Tried, ...]:
    """What the turns so far say of each point."""
    return tuple(
        tried(
            point,
            [runs[turn.run] for turn in played if turn.point == index and turn.run is not None],
            [turn.error for turn in played if turn.point == index and turn.error is not None],
            slo,
        )
        for index, point in enumerate(points)
    )
