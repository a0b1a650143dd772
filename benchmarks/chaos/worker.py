"""The worker as a process that is killed: `python -m benchmarks.chaos.worker SETTINGS.toml`.

All of it but the model. Prints `ready`, `step claimed N` with the attempt at a job that begins,
and a `step` for each of the others that `orders.Moment` names. Before and after the commit that
ends a job it waits a little: a kill takes longer to come than a commit.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path

import uvloop
from msgspec.structs import asdict, replace

from benchmarks.chaos.model import Loudness, models
from benchmarks.chaos.orders import Moment
from server.commands.worker import work
from server.logs import configure
from server.parts import Core
from server.results.formats import MEDIA_TYPES
from server.settings import load
from storage.folder import FolderObjects
from storage.open import Storage, Tables
from storage.postgres.work import PostgresWork
from storage.records import Blob, Job, Queue

LAST = list(MEDIA_TYPES)[-1]  # the transcript that is stored last
HOLD = 0.05  # seconds that it waits before and after the commit


stored: ContextVar[bool] = ContextVar("stored", default=False)
"""All objects of the job are there; so for the task of its attempt, and those that it begins."""


class ToldWork(PostgresWork):
    async def claim(self, queues: Sequence[Queue], worker: str, now: datetime) -> Job | None:
        job = await super().claim(queues, worker, now)
        if job is not None:
            say(Moment.CLAIM, str(job.attempts))
        return job


class ToldObjects(FolderObjects):
    async def open(
        self, key: str, start: int = 0, length: int | None = None
    ) -> AsyncIterator[bytes]:
        say(Moment.FETCH)
        async with aclosing(super().open(key, start, length)) as pieces:  # type: ignore[type-var]
            async for piece in pieces:
                yield piece
        say(Moment.HEAR)

    async def put_file(self, key: str, path: Path, content_type: str) -> Blob:
        say(Moment.STORE)
        return await super().put_file(key, path, content_type)

    async def put_bytes(self, key: str, data: bytes, content_type: str) -> Blob:
        blob = await super().put_bytes(key, data, content_type)
        stored.set(key.endswith(LAST))
        return blob

    async def delete_many(self, keys: Sequence[str]) -> None:
        if keys:  # a sweep that finds nothing asks for nothing
            say(Moment.REMOVE)
        await super().delete_many(keys)


class ToldStorage(Storage, frozen=True, kw_only=True):
    @asynccontextmanager
    async def together(self) -> AsyncIterator[Tables]:
        async with super().together() as tables:
            yield tables
            await hold(Moment.COMMIT)
        await hold(Moment.COMMITTED)


def told(core: Core) -> Core:
    """The same, telling of what is done with it."""
    given = {
        **asdict(core.storage),
        "work": ToldWork(core.storage.database),
        "objects": ToldObjects(core.settings.storage.objects),
    }
    return replace(core, storage=ToldStorage(**given))


async def hold(moment: Moment) -> None:
    if stored.get():
        say(moment)
        await asyncio.sleep(HOLD)


def say(moment: Moment, more: str = "") -> None:
    print(f"step {moment.value} {more}".rstrip(), flush=True)


if __name__ == "__main__":
    settings = load(Path(sys.argv[1]), {}, {})
    configure(settings.server.log_level, settings.server.log_format)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work(settings, models, Loudness, told))
