"""Many publishers at once: what they cost each process of the server, and what they do to its loop.

Nobody speaks, so that the model does next to nothing. Prints nothing.
"""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec
import psutil
from msgspec import Struct

from benchmarks.idle.quiet import Quiet, enter
from benchmarks.run.clocks import Steps
from benchmarks.run.live import beside
from benchmarks.whip.crowd import Seen
from benchmarks.whip.server import Served, media, served
from server.commands.child import ServerDied, stop

JOIN = 120.0  # seconds until all publishers are there
LEAVE = 60.0  # seconds until they have left
PING = 0.05  # seconds between two questions to the server's loop

Told = Callable[[str], None]


class Settings(Struct, frozen=True):
    """levels: publishers at once, in turn, divided among `processes`. seconds: of each. warmup:
    seconds of each before anything is looked at.
    """

    levels: tuple[int, ...]
    seconds: float
    processes: int = 2
    warmup: float = 5.0
    model: str | None = None


class Level(Struct, frozen=True):
    """main, media: cores used by the server's own process and by that of media. pings: seconds from
    a message on a socket beside the calls to its answer. rss: MiB of the process of media.
    """

    calls: int
    main: float
    media: float
    rss: float
    pings: tuple[float, ...]
    crowds: tuple[Seen, ...]


class Result(Struct, frozen=True):
    levels: tuple[Level, ...]
    fault: str | None


async def measure(settings: Settings, folder: Path, tell: Told) -> Result:
    """A level of no publisher comes first. Raises ServerDied, ServerError."""
    tell("the server starts")
    steps = Steps()
    most = max(settings.levels)
    async with served(folder, most + 1, settings.model) as server, beside(steps.run()):
        levels = [await _level(settings, server, count, tell) for count in (0, *settings.levels)]
    return Result(tuple(levels), steps.fault)


async def _level(settings: Settings, server: Served, count: int, tell: Told) -> Level:
    tell(f"{count} publishers come")
    async with AsyncExitStack() as stack:
        crowds = await stack.enter_async_context(_crowds(server.url, _shares(settings, count)))
        quiet = await enter(server.url, None)
        async with beside(quiet.read(), _pinging(quiet)):
            tell(f"{count} publishers")
            await asyncio.sleep(settings.warmup)
            quiet.trips.clear()
            spent = Spent(server.pid)
            await asyncio.sleep(settings.seconds)
            main, process, rss = spent.since()
            pings = tuple(quiet.trips)
            tell(f"{count} publishers leave")
            seen = await asyncio.gather(*(_told(crowd) for crowd in crowds))
        await quiet.socket.close()
    if quiet.failure:
        raise ServerDied(f"the session beside {count} publishers: {quiet.failure}")
    return Level(count, main, process, rss, pings, tuple(seen))


class Spent:
    """Processor time of the server's two processes from now on."""

    def __init__(self, pid: int) -> None:
        self.main, self.media = psutil.Process(pid), media(pid)
        self.began, self.before = time.monotonic(), self._now()

    def since(self) -> tuple[float, float, float]:
        """Cores of either, and MiB of that of media."""
        took = time.monotonic() - self.began
        main, process = (
            (now - before) / took for now, before in zip(self._now(), self.before, strict=True)
        )
        rss = self.media.memory_info().rss / 2**20 if self.media else 0.0
        return main, process, rss

    def _now(self) -> tuple[float, float]:
        return _time(self.main), _time(self.media) if self.media else 0.0


def _time(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _pinging(quiet: Quiet) -> None:
    while True:
        quiet.ping()
        await asyncio.sleep(PING)


def _shares(settings: Settings, count: int) -> list[int]:
    """How many publishers each process has."""
    some = settings.processes
    edges = [count * number // some for number in range(some + 1)]
    return [end - start for start, end in zip(edges, edges[1:], strict=False) if end > start]


@asynccontextmanager
async def _crowds(url: str, shares: list[int]) -> AsyncIterator[list[Process]]:
    """All of them are there, until the end of the block."""
    async with AsyncExitStack() as stack:
        crowds: list[Process] = []
        for number, share in enumerate(shares):
            first = sum(shares[:number])
            crowds.append(await stack.enter_async_context(_crowd(url, share, first)))
        async with asyncio.timeout(JOIN):
            await asyncio.gather(*(_joined(crowd) for crowd in crowds))
        yield crowds


@asynccontextmanager
async def _crowd(url: str, count: int, first: int) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.whip.crowd", url, str(count), str(first)),
        stdin=PIPE,
        stdout=PIPE,
    )
    try:
        yield process
    finally:
        await stop(process, LEAVE)


async def _joined(crowd: Process) -> None:
    assert crowd.stdout is not None
    if await crowd.stdout.readline() != b"publishing\n":
        raise ServerDied("publishers could not join")


async def _told(crowd: Process) -> Seen:
    async with asyncio.timeout(LEAVE):
        said, _ = await crowd.communicate(b"")  # which closes its input
    return msgspec.json.decode(said, type=Seen)
