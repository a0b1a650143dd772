"""Who does jobs: claims them, says that they are still ours, stops, and takes what others lost.

What a job is made of is `attempt`.
"""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from time import monotonic

from msgspec import Struct

from server.compose import Load, whisper
from server.logs import logger
from server.parts import Core
from server.work.attempt import Attempt, Means, ended_badly
from server.work.models import Models
from server.work.settings import WorkSettings
from server.work.space import space
from storage.errors import StorageError
from storage.records import Change, Job, Queue, Status

log = logger("work")

STOP = 10.0  # seconds that running jobs get to be given back
MOST = 100  # lost jobs that are taken up in one go


class Running(Struct, frozen=True):
    job: Job
    task: asyncio.Task[None]


class Worker:
    def __init__(self, means: Means) -> None:
        """Its name is one that no other process has, nor a later one."""
        self.means = means
        self.storage = means.core.storage
        self.work = self.storage.work
        self.changes = self.storage.changes
        self.settings = means.settings
        self.name = means.worker
        self.running: dict[str, Running] = {}

    async def serve(self, queue: Queue) -> None:
        """One job of the queue after the other, until cancelled; then its job is given back."""

        def waits(change: Change) -> bool:
            return change.queue == queue and change.status is Status.QUEUED

        with self.changes.watching(waits) as watch:
            while True:
                try:
                    if job := await self._claimed(queue):
                        await self._do(job)
                    else:
                        await watch.wait(self.settings.look)
                except StorageError as error:
                    log.warning("no job claimed", queue=queue, error=str(error))
                    await watch.wait(self.settings.look)
                except Exception as error:
                    log.error("no job claimed", queue=queue, exc_info=error)
                    await asyncio.sleep(self.settings.look)

    async def guard(self) -> None:
        """Say that our jobs are ours; those that are not any more are stopped at once."""

        def ours(change: Change) -> bool:
            return change.id in self.running and change.status is Status.CANCELLED

        with self.changes.watching(ours) as watch:
            while True:
                await watch.wait(self.settings.heartbeat)
                try:
                    await self._heartbeat()
                except StorageError as error:  # while the database is away nobody takes them
                    log.warning("no heartbeat", error=str(error))
                except Exception as error:
                    log.error("no heartbeat", exc_info=error)

    async def reap(self) -> None:
        """Take up, again and again, the jobs of workers that are not heard of any more.

        While the database was away nobody was heard; who could not reach it waits before judging.
        """
        since: float | None = None
        while True:
            try:
                if since is None:
                    await self.work.heartbeat(self.name, (), _now())
                    since = monotonic()
                elif monotonic() - since >= self.settings.lost:
                    await self._reap()
            except StorageError:
                since = None
            except Exception as error:
                log.error("lost jobs not taken up", exc_info=error)
            await asyncio.sleep(self.settings.lost / 4 * (0.5 + random.random()))

    async def _claimed(self, queue: Queue) -> Job | None:
        """Also when we are stopped meanwhile, no job is left that nobody knows of."""
        claiming = asyncio.ensure_future(self.work.claim([queue], self.name, _now()))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            with suppress(StorageError):
                if job := await claiming:
                    await self._give_back(job)
            raise

    async def _do(self, job: Job) -> None:
        if earlier := self.running.get(job.id):  # lost, and ours again before we knew it
            await _stopped(earlier.task)
        running = Running(job, asyncio.create_task(self._attempt(job), name=f"job {job.id}"))
        self.running[job.id] = running
        try:
            await asyncio.wait([running.task])
        except asyncio.CancelledError:
            await _stopped(running.task)
            if running.task.cancelled():
                await self._give_back(job)
            raise
        finally:
            if self.running.get(job.id) is running:
                del self.running[job.id]

    async def _attempt(self, job: Job) -> None:
        try:
            await Attempt(self.means, job).run()
        except StorageError as error:
            log.error("job left to others", job=job.id, error=str(error))
        except Exception as error:
            log.error("job left to others", job=job.id, exc_info=error)

    async def _give_back(self, job: Job) -> None:
        with suppress(StorageError):
            if await self.work.release(job, self.name, _now()):
                log.info("job given back", job=job.id)

    async def _heartbeat(self) -> None:
        asked = dict(self.running)
        if not asked:
            return
        ours = await self.work.heartbeat(self.name, list(asked), _now())
        for id, running in asked.items():
            if id not in ours and not running.task.done():
                log.info("job stopped", job=id)
                running.task.cancel()

    async def _reap(self) -> None:
        """One at a time, each with what follows from it."""
        keep = self.means.core.settings.retention
        for _ in range(MOST):
            async with self.storage.together() as tables:
                now = _now()
                silent_since = now - timedelta(seconds=self.settings.lost)
                for job in await tables.work.reap(silent_since, now, random.random, limit=1):
                    log.warning("job of a lost worker", job=job.id, status=job.status.value)
                    await ended_badly(tables, job, keep, now)
                    break
                else:
                    return


@asynccontextmanager
async def working(
    core: Core, settings: WorkSettings, load: Load = whisper
) -> AsyncIterator[Worker]:
    """Does jobs while inside. What is under way at the end is given back as if it had not begun.

    load: how models of other names are had. Raises Unusable, OSError.
    """
    name = f"{core.node}-{secrets.token_hex(4)}"
    models = Models(core, load, settings.unload)
    async with space(core.settings.storage.data_dir / "working", name) as folder:
        worker = Worker(Means(core, models, settings, folder, name))
        slots = [worker.serve(queue) for queue, n in settings.slots.items() for _ in range(n)]
        loops = [worker.guard(), worker.reap(), models.keep_tidy(), *slots]
        tasks = [asyncio.create_task(each) for each in loops]
        try:
            yield worker
        finally:
            for task in tasks:
                task.cancel()
            _, late = await asyncio.wait(tasks, timeout=STOP)
            if late:
                log.error("jobs not given back", jobs=list(worker.running))
            await models.close()


async def _stopped(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait([task])


def _now() -> datetime:
    return datetime.now(UTC)
