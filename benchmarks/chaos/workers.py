"""Workers, and now and then their server, that are killed while files are heard. Prints nothing."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
from msgspec import Struct

from benchmarks.chaos import finished, kept, orders
from benchmarks.chaos.board import Board
from benchmarks.chaos.finished import Finished
from benchmarks.chaos.model import NAME
from benchmarks.chaos.orders import SERVER, Kill, Moment
from benchmarks.chaos.process import WORKER, Server
from benchmarks.chaos.sender import ANSWER, Sender, Sent
from benchmarks.chaos.victim import Seen, Victim
from benchmarks.run.settings import Sections
from server.webhooks.telling import EVENTS
from storage.embedded import running
from storage.settings import StorageSettings

Told = Callable[[str], None]


class Settings(Struct, frozen=True):
    """kills: of all processes. server: share of them that are the server's.

    clients: each has one job at a time. shortest, longest: seconds of a file.
    heartbeat, lost, look: as in the worker's settings.
    """

    kills: int
    seed: int
    server: float = 0.12
    workers: int = 2
    clients: int = 8
    shortest: float = 5.0
    longest: float = 60.0
    heartbeat: float = 0.25
    lost: float = 2.0
    look: float = 0.5


class Killed(Struct, frozen=True):
    """moment: what it waited for, "late" when that did not come, "spared" when a job had to be over
    first. attempt: at the job that its victim had; 0: it had none."""

    victim: str
    moment: str
    after: float
    attempt: int


class Result(Struct, frozen=True):
    """starts: seconds of those that were let to be ready, by victim. killing: seconds of it all."""

    killed: tuple[Killed, ...]
    starts: dict[str, tuple[float, ...]]
    killing: float
    sent: tuple[Sent, ...]
    finished: Finished


async def measure(settings: Settings, folder: Path, tell: Told) -> Result:
    """Raises ServerDied when a process does not start although nobody killed it."""
    async with running(folder / "database") as dsn:
        run = Run(settings, folder, dsn)
        telling = asyncio.create_task(_tell(run, tell))
        try:
            return await run.all()
        finally:
            telling.cancel()


async def _tell(run: "Run", tell: Told) -> None:
    while True:
        tell(run.progress)
        await asyncio.sleep(0.5)


class Run:
    def __init__(self, settings: Settings, folder: Path, dsn: str) -> None:
        self.settings = settings
        self.storage = StorageSettings(data_dir=folder / "data", database_url=dsn)
        self.kills = orders.kills(settings.kills, settings.seed, settings.workers, settings.server)
        self.board: Seen = Board()
        place = _place(folder, SERVER)
        self.server = Server(place, _serve(self.storage))
        workers = [orders.worker(number) for number in range(settings.workers)]
        self.victims = {SERVER: Victim(SERVER, self.server, self.board)} | {
            name: Victim(
                name,
                Server(_place(folder, name), _work(self.storage, settings, name), WORKER),
                self.board,
            )
            for name in workers
        }
        self.killed: list[Killed] = []
        self.sent: list[Sent] = []
        self.open = 0
        self.enough = False  # no new jobs

    @property
    def progress(self) -> str:
        done = f"{len(self.killed)} of {len(self.kills)} kills"
        return f"{done}, {len(self.sent)} jobs over, {self.open} under way"

    async def all(self) -> Result:
        clock = asyncio.get_running_loop().time
        await kept.prepare(self.storage, EVENTS)
        async with AsyncExitStack() as stack:
            for victim in self.victims.values():
                await victim.start()
                stack.push_async_callback(victim.stop)
            for victim in self.victims.values():
                await victim.ready()
            began = clock()
            async with (
                httpx.AsyncClient(base_url=self.server.url, timeout=ANSWER) as http,
                asyncio.TaskGroup() as group,
            ):
                for number in range(self.settings.clients):
                    group.create_task(self._client(http, number))
                await self._killing()
                killing = clock() - began
                self.enough = True
            for victim in self.victims.values():
                await victim.ready()
            recorded = await finished.recordings(self.server.url, self.sent)
        return Result(
            killed=tuple(self.killed),
            starts={name: tuple(victim.starts) for name, victim in self.victims.items()},
            killing=killing,
            sent=tuple(self.sent),
            finished=await finished.finished(self.storage, self.sent, recorded),
        )

    async def _killing(self) -> None:
        for kill in self.kills:
            victim = self.victims[kill.victim]
            came = True
            if kill.moment is not Moment.START:
                await victim.ready()
                came = await self._moment(kill)
            await asyncio.sleep(kill.after)
            spared = await victim.spared()
            attempt = await victim.kill()
            moment = "spared" if spared else kill.moment.name.lower() if came else "late"
            self.killed.append(Killed(kill.victim, moment, kill.after, attempt))

    async def _moment(self, kill: Kill) -> bool:
        if kill.moment is Moment.ANY:
            return True
        return await self.board.wait((kill.victim, kill.moment))

    async def _client(self, http: httpx.AsyncClient, number: int) -> None:
        span = (self.settings.shortest, self.settings.longest)
        for order in orders.orders(self.settings.seed, number, span):
            if self.enough:
                return
            self.open += 1
            self.sent.append(await Sender(http, order, self._sending).run())
            self.open -= 1

    def _sending(self) -> None:
        self.board.tell((SERVER, Moment.SEND))


def _place(folder: Path, name: str) -> Path:
    place = folder / name
    place.mkdir()
    return place


def _shared(storage: StorageSettings) -> Sections:
    """All of them are on one machine, on one folder and one database."""
    where = {"data_dir": str(storage.data_dir), "database_url": storage.database_url}
    return {"storage": where, "model": {"name": NAME, "workers": 1}}


def _serve(storage: StorageSettings) -> Sections:
    return {**_shared(storage), "work": {"embedded": False}}


def _work(storage: StorageSettings, settings: Settings, name: str) -> Sections:
    times = {"heartbeat": settings.heartbeat, "lost": settings.lost, "look": settings.look}
    return {
        **_shared(storage),
        "server": {"node": name},
        "work": {**times, "small": 1, "medium": 0, "large": 0},
    }
