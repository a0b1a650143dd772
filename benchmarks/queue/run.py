"""Many jobs in the queue of a server: how soon they are claimed, and what they cost it.

The server runs beside and hears of every job, but leaves their queue to the claimers of this
process, which claim as a worker does. Prints nothing.
"""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from msgspec import Struct

from benchmarks.chaos.model import NAME
from benchmarks.chaos.process import Server
from benchmarks.run.settings import Sections
from storage.embedded import running
from storage.open import Storage, open_storage
from storage.records import Change, Job, Queue, Session, State, Status
from storage.settings import StorageSettings

QUEUE: Queue = "large"
ENQUEUERS = 8  # at a time
WAKES = 200  # jobs that come one by one into an empty queue
MISSED = 5.0  # seconds after which a worker that was not woken looks anyway
REST = 1.0  # seconds in which the server's memory is looked at
TAKEN = 1000  # claims that are looked at for whose they are

Told = Callable[[str], None]


class Settings(Struct, frozen=True):
    """owners: the jobs are theirs, one after the other. claimers: at a time."""

    jobs: int
    owners: int = 20
    claimers: int = 4


class Result(Struct, frozen=True):
    """enqueued, claimed, finished, woken: seconds of each call; woken: from the job's being
    there to its being claimed. rss: MiB of the server before the jobs, with them, after them.
    turns: how many of the first TAKEN claims were of each owner.
    """

    enqueued: tuple[float, ...]
    enqueuing: float
    claimed: tuple[float, ...]
    finished: tuple[float, ...]
    claiming: float
    woken: tuple[float, ...]
    rss: tuple[float, float, float]
    turns: dict[str, int]
    faults: tuple[str, ...]


async def measure(settings: Settings, folder: Path, tell: Told) -> Result:
    """Raises ServerDied."""
    async with running(folder / "database") as dsn:
        server = Server(folder, _sections(dsn))
        given = StorageSettings(
            data_dir=folder / "data", database_url=dsn, connections=settings.claimers + ENQUEUERS
        )
        async with server.running() as life, open_storage(given) as storage:
            return await Run(settings, storage, life.process.pid, tell).all()


class Run:
    def __init__(self, settings: Settings, storage: Storage, pid: int, tell: Told) -> None:
        self.settings = settings
        self.storage = storage
        self.server = psutil.Process(pid)
        self.tell = tell
        self.enqueued: list[float] = []
        self.claimed: list[float] = []
        self.finished: list[float] = []
        self.order: list[str] = []
        self.seen: Counter[str] = Counter()

    async def all(self) -> Result:
        before = await self._memory()
        numbers = iter(range(self.settings.jobs))
        enqueuing = await _timed(*(self._enqueue(numbers) for _ in range(ENQUEUERS)))
        with_jobs = await self._memory()
        claimers = (self._claim(f"claimer-{n}") for n in range(self.settings.claimers))
        claiming = await _timed(*claimers)
        after = await self._memory()
        woken = await self._woken()
        return Result(
            enqueued=tuple(self.enqueued),
            enqueuing=enqueuing,
            claimed=tuple(self.claimed),
            finished=tuple(self.finished),
            claiming=claiming,
            woken=tuple(woken),
            rss=(before, with_jobs, after),
            turns=dict(Counter(self.order[:TAKEN])),
            faults=tuple(self._faults()),
        )

    def _faults(self) -> Iterator[str]:
        if twice := [id for id, times in self.seen.items() if times > 1]:
            yield f"{len(twice)} jobs were claimed more than once, first: {twice[0]}"
        if missing := self.settings.jobs - len(self.seen):
            yield f"{missing} jobs were never claimed"

    async def _memory(self) -> float:
        await asyncio.sleep(REST)
        return float(self.server.memory_info().rss) / 2**20

    async def _enqueue(self, numbers: Iterator[int]) -> None:
        clock = asyncio.get_running_loop().time
        for number in numbers:
            owner = f"owner-{number % self.settings.owners}"
            began = clock()
            await self.storage.jobs.enqueue(*_job(owner))
            self.enqueued.append(clock() - began)
            self.tell(f"{len(self.enqueued)} of {self.settings.jobs} jobs in the queue")

    async def _claim(self, worker: str) -> None:
        clock, work = asyncio.get_running_loop().time, self.storage.work
        while True:
            began = clock()
            job = await work.claim([QUEUE], worker, datetime.now(UTC))
            if job is None:
                return
            self.claimed.append(clock() - began)
            self.order.append(job.owner)
            self.seen[job.id] += 1
            began = clock()
            await work.finish(job, worker, datetime.now(UTC))
            self.finished.append(clock() - began)
            self.tell(f"{len(self.claimed)} of {self.settings.jobs} jobs claimed")

    async def _woken(self) -> list[float]:
        """Jobs that come one by one, to a worker that waits to be woken."""
        clock, work, found = asyncio.get_running_loop().time, self.storage.work, []
        with self.storage.changes.watching(_waits) as watch:
            for number in range(WAKES):
                await watch.wait(0)  # what was told before counts for nothing
                waiting = asyncio.create_task(watch.wait(MISSED))
                await self.storage.jobs.enqueue(*_job("owner-0"))
                began = clock()
                await waiting
                job = await work.claim([QUEUE], "waker", datetime.now(UTC))
                found.append(clock() - began)
                if job is not None:
                    await work.finish(job, "waker", datetime.now(UTC))
                self.tell(f"{number + 1} of {WAKES} times woken")
        return found


async def _timed(*work: Coroutine[Any, Any, None]) -> float:
    """Seconds that all of it took together."""
    began = time.monotonic()
    await asyncio.gather(*work)
    return time.monotonic() - began


def _waits(change: Change) -> bool:
    return change.queue == QUEUE and change.status is Status.QUEUED


def _job(owner: str) -> tuple[Session, Job]:
    session, now = secrets.token_hex(8), datetime.now(UTC)
    return (
        Session(
            id=session,
            owner=owner,
            kind="upload",
            protocol="http",
            model=NAME,
            created_at=now,
            state=State.QUEUED,
        ),
        Job(
            id=f"job-{session}",
            owner=owner,
            session=session,
            kind="transcribe",
            queue=QUEUE,
            created_at=now,
        ),
    )


def _sections(dsn: str) -> Sections:
    return {
        "storage": {"database_url": dsn},
        "model": {"name": NAME, "workers": 1},
        "work": {QUEUE: 0},
    }
