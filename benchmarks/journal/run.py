"""The cost of journals, some times in a row, and what it must stay under. Prints nothing."""

from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from benchmarks.journal.cost import Cost, measure
from benchmarks.report.reach import Figure
from storage.journal.writer import JournalPolicy, alone

CORE = 5.0  # percent of a core

Told = Callable[[str], None]


class Settings(Struct, frozen=True):
    """seconds: of each run. upload: parts go to a folder store too."""

    sessions: int
    seconds: float
    runs: int
    upload: bool = False


async def repeat(settings: Settings, folder: Path, tell: Told) -> list[Cost]:
    found = []
    policy = JournalPolicy() if settings.upload else alone()
    for number in range(settings.runs):
        tell(f"run {number + 1} of {settings.runs}")
        place = folder / str(number)
        place.mkdir()
        found.append(
            await measure(place, settings.sessions, settings.seconds, policy, settings.upload)
        )
    return found


def figures(costs: Sequence[Cost]) -> tuple[Figure, ...]:
    """The middle one of the runs has to reach it: others on the machine are in the highest."""
    ordered = sorted((cost.core - cost.idle) * 100 for cost in costs)
    middle = ordered[len(ordered) // 2]
    return (
        Figure("journals, middle run", middle, "% of a core", CORE),
        Figure("lowest run", ordered[0], "% of a core"),
        Figure("highest run", ordered[-1], "% of a core"),
        Figure("the pacing of the benchmark itself", costs[0].idle * 100, "% of a core"),
        Figure("on the disk after, p50", max(cost.p50 for cost in costs) * 1000, "ms"),
        Figure("on the disk after, p95", max(cost.p95 for cost in costs) * 1000, "ms"),
    )
