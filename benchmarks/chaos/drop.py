"""Clients that lose their way to the server and come back, and what is left of it. Prints nothing.

The server runs through, with its own database and as it comes, but for the settings below.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path as Folder
from urllib.parse import urlsplit

from msgspec import Struct

from benchmarks.chaos import aftermath, kept, talk
from benchmarks.chaos.aftermath import Aftermath, Talked
from benchmarks.chaos.caller import Caller, Log, Manner
from benchmarks.chaos.model import NAME
from benchmarks.chaos.process import Server
from benchmarks.chaos.proxy import Path, path
from benchmarks.chaos.schedule import LAST, Drop, Line, lines
from benchmarks.run.settings import Sections
from storage.settings import StorageSettings

PATIENCE = 2.0  # seconds without an answer after which a client dials anew
LINGER = 90.0  # seconds the server waits: longer than the longest drop

Told = Callable[[str], None]


class Settings(Struct, frozen=True):
    """clients: at a time, a session each. longest: seconds of the longest drop."""

    drops: int
    seed: int
    clients: int = 40
    longest: float = LAST


class Result(Struct, frozen=True):
    dropped: tuple[Drop, ...]
    logs: tuple[Log, ...]
    aftermath: Aftermath


async def measure(settings: Settings, folder: Folder, tell: Told) -> Result:
    """Raises ServerDied."""
    storage = StorageSettings(data_dir=folder / "data")
    await kept.prepare(storage)
    server = Server(folder, _sections(settings))
    plan = lines(settings.drops, settings.clients, settings.seed, settings.longest)
    run = Run(server.url, settings.seed)
    async with server.running():
        telling = asyncio.create_task(_tell(run, settings, tell))
        try:
            await run.all(plan)
        finally:
            telling.cancel()
        left = await aftermath.settled(storage.data_dir)
        found = await aftermath.recordings(server.url, run.talked)
    judged = await aftermath.judged(storage, run.talked, found, left)
    return Result(tuple(run.dropped), tuple(one.log for one in run.talked), judged)


async def _tell(run: "Run", settings: Settings, tell: Told) -> None:
    while True:
        over = f"{len(run.talked)} of {settings.clients} sessions over"
        tell(f"{len(run.dropped)} of {settings.drops} drops, {over}")
        await asyncio.sleep(0.5)


class Run:
    def __init__(self, url: str, seed: int) -> None:
        self.url = url
        self.seed = seed
        self.dropped: list[Drop] = []
        self.talked: list[Talked] = []

    async def all(self, plan: Sequence[Line]) -> None:
        async with asyncio.TaskGroup() as group:
            for number, line in enumerate(plan):
                group.create_task(self._one(number, line))

    async def _one(self, number: int, line: Line) -> None:
        name = f"line {self.seed} {number}"
        said = talk.make(name, line.seconds)
        where = urlsplit(self.url)
        async with path(str(where.hostname), int(where.port or 0)) as way:
            caller = Caller(way.url, said, Manner(1.0, PATIENCE), name, way=lambda: way.since)
            dropping = asyncio.create_task(self._drop(caller, way, line))
            try:
                log = await caller.run()
            finally:
                dropping.cancel()
                await asyncio.gather(dropping, return_exceptions=True)
        self.talked.append(Talked(name, line.seconds, log))

    async def _drop(self, caller: Caller, way: Path, line: Line) -> None:
        for drop in line.drops:
            await caller.stands.wait()
            await asyncio.sleep(drop.after)
            await way.drop(drop)
            self.dropped.append(drop)


def _sections(settings: Settings) -> Sections:
    return {
        "server": {"linger": LINGER, "max_sessions": settings.clients},
        "model": {"name": NAME, "workers": 1},
    }
