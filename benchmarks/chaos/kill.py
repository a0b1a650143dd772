"""Servers that are killed while people talk, and what is left of it. Prints nothing.

Each lane is a server with clients of its own; the embedded lane's database dies with it.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from msgspec import Struct

from benchmarks.chaos import aftermath, kept, talk
from benchmarks.chaos.aftermath import Aftermath, Talked
from benchmarks.chaos.board import Board
from benchmarks.chaos.caller import Caller, Log, Manner
from benchmarks.chaos.model import NAME
from benchmarks.chaos.process import Life, Server
from benchmarks.chaos.schedule import Habits, Kill, Moment, habits, kills
from benchmarks.chaos.talk import Talk
from benchmarks.run.settings import Sections
from storage.embedded import running
from storage.settings import StorageSettings

QUIET = 5.0  # seconds without an answer after which a client dials anew
START_SHARE = 1.2  # of the last start's time, within which a kill at the start comes

Told = Callable[[str], None]


class Settings(Struct, frozen=True):
    """kills: of all lanes. embedded: share of them that take the database along.

    clients: of each lane. shortest, longest: seconds of a talk. pace: how many times as fast as
    real time it is said. linger: seconds the server waits for a client.
    """

    kills: int
    seed: int
    embedded: float = 0.25
    clients: int = 6
    shortest: float = 10.0
    longest: float = 40.0
    pace: float = 4.0
    linger: float = 3.0


class Killed(Struct, frozen=True):
    """A kill that was done. moment: what it waited for, or "late" when that did not come."""

    lane: str
    moment: str
    step: str
    after: float


class LaneResult(Struct, frozen=True):
    """starts: seconds that each start of the server took that was let to be ready."""

    lane: str
    killed: tuple[Killed, ...]
    starts: tuple[float, ...]
    logs: tuple[Log, ...]
    aftermath: Aftermath


async def measure(settings: Settings, folder: Path, tell: Told) -> list[LaneResult]:
    """Raises ServerDied when a server does not start although nobody killed it."""
    inside = round(settings.kills * settings.embedded)
    async with AsyncExitStack() as stack:
        lanes = []
        if settings.kills - inside:
            place = folder / "outside"
            place.mkdir()
            dsn = await stack.enter_async_context(running(place / "database"))
            lanes.append(Lane(settings, "outside", place, dsn, settings.kills - inside))
        if inside:
            place = folder / "embedded"
            place.mkdir()
            lanes.append(Lane(settings, "embedded", place, None, inside))
        telling = asyncio.create_task(_tell(lanes, tell))
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(lane.run()) for lane in lanes]
        finally:
            telling.cancel()
        return [task.result() for task in tasks]


async def _tell(lanes: Sequence["Lane"], tell: Told) -> None:
    while True:
        tell(", ".join(lane.progress for lane in lanes))
        await asyncio.sleep(0.5)


class Lane:
    def __init__(
        self, settings: Settings, name: str, folder: Path, dsn: str | None, count: int
    ) -> None:
        """dsn: None: the server's own database."""
        self.settings = settings
        self.name = name
        self.kills = kills(count, settings.seed, name)
        self.server = Server(folder, _sections(settings, dsn))
        self.storage = StorageSettings(data_dir=folder / "data", database_url=dsn)
        self.board: Board[tuple[Moment, str]] = Board()
        self.killed: list[Killed] = []
        self.starts: list[float] = []
        self.talked: list[Talked] = []
        self.enough = False  # no new sessions
        self.open = 0

    @property
    def progress(self) -> str:
        done = f"{len(self.killed)} of {len(self.kills)} kills"
        return f"{self.name}: {done}, {len(self.talked)} sessions over, {self.open} under way"

    async def run(self) -> LaneResult:
        await kept.prepare(self.storage)
        async with asyncio.TaskGroup() as group:
            for number in range(self.settings.clients):
                group.create_task(self._client(number))
            last = await self._killing()
            self.enough = True
        try:
            left = await aftermath.settled(self.storage.data_dir)
            found = await aftermath.recordings(self.server.url, self.talked)
        finally:
            await last.stop()
        return LaneResult(
            self.name,
            tuple(self.killed),
            tuple(self.starts),
            tuple(one.log for one in self.talked),
            await aftermath.judged(self.storage, self.talked, found, left),
        )

    async def _killing(self) -> Life:
        """All kills, and the process that is left to live."""
        for kill in self.kills:
            life = await self._start()
            if kill.moment is Moment.START:
                usual = self.starts[-1] if self.starts else 1.0
                await asyncio.sleep(kill.after / 1.5 * usual * START_SHARE)
                await self._kill(life, kill, True)
                continue
            await self._ready(life)
            came = await self._moment(kill)
            await asyncio.sleep(kill.after)
            await self._kill(life, kill, came)
        life = await self._start()
        await self._ready(life)
        return life

    async def _moment(self, kill: Kill) -> bool:
        if kill.moment in (Moment.RECOVERY, Moment.STREAM):
            return True  # some time after it is ready
        return await self.board.wait((kill.moment, kill.step))

    async def _start(self) -> Life:
        return await self.server.start(lambda step: self.board.tell((Moment.FINALIZE, step)))

    async def _ready(self, life: Life) -> None:
        await life.started()
        self.starts += [life.took] if life.took is not None else []

    async def _kill(self, life: Life, kill: Kill, came: bool) -> None:
        await life.kill()
        moment = kill.moment.value if came else "late"
        self.killed.append(Killed(self.name, moment, kill.step, kill.after))

    async def _client(self, number: int) -> None:
        span = (self.settings.shortest, self.settings.longest)
        for habit in habits(self.settings.seed, self.name, number, span):
            if self.enough:
                return
            self.open += 1
            said = talk.make(habit.name, habit.seconds)
            log = await self._caller(habit, said).run()
            self.open -= 1
            self.talked.append(Talked(habit.name, habit.seconds, log))

    def _seen(self, moment: Moment) -> None:
        self.board.tell((moment, ""))

    def _caller(self, habit: Habits, said: Talk) -> Caller:
        leaves = None if habit.leaves is None else int(habit.leaves * len(said.audio))
        manner = Manner(self.settings.pace, QUIET, leaves, habit.thanks)
        return Caller(self.server.url, said, manner, habit.name, self._seen)


def _sections(settings: Settings, dsn: str | None) -> Sections:
    return {
        "server": {
            "linger": settings.linger,
            "max_sessions": 1000,  # those that were left run on for a while
            "max_ahead": 120,  # a client that was away catches up at once
        },
        "model": {"name": NAME, "workers": 1},
        "storage": {"database_url": dsn} if dsn else {},
    }
