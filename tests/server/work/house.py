"""A database, a store and a model of a test, what is put before workers, and what comes of it."""

import asyncio
import io
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import soundfile
from msgspec.structs import replace

from inference.engine import Model
from server.compose import core_of
from server.parts import OWNER, Core
from server.settings import Settings
from server.work.queues import queue_of
from server.work.settings import WorkSettings
from server.work.worker import Worker, working
from storage.records import Job, Session, State, Status, Upload
from tests.fakes import Loudness, Parrot, drawn
from tests.server.shared import WAIT, settings_for, until

QUICK = WorkSettings(
    look=0.5, heartbeat=0.2, lost=1.0, patience=5.0, answer=20.0, unload=0.2, medium=0, large=0
)
"""Nothing to be waited for takes long."""

numbers = itertools.count(1)


def quick(data: Path, database_url: str, work: WorkSettings = QUICK) -> Settings:
    return replace(settings_for(data, database_url), work=work)


def wav(picture: str, rate: int = 16_000) -> bytes:
    """A file of a drawing (see tests/fakes.py), 100 ms a character."""
    file = io.BytesIO()
    soundfile.write(file, drawn(picture, rate // 10), rate, format="WAV")
    return file.getvalue()


class House:
    def __init__(self, core: Core, model: Parrot) -> None:
        self.core = core
        self.storage = core.storage
        self.model = model
        self.loaded: list[str] = []  # models of other names, in order
        self.other = Parrot()

    def working(self, work: WorkSettings = QUICK) -> AbstractAsyncContextManager[Worker]:
        return working(self.core, work, self._load)

    def _load(self, settings: Settings) -> tuple[Model, frozenset[str]]:
        self.loaded.append(settings.model.name)
        return self.other, Parrot.languages

    async def upload(
        self,
        data: bytes,
        owner: str = OWNER,
        model: str = "base",
        options: Mapping[str, Any] = {},
        **facts: Any,
    ) -> Job:
        """A job, and its session with the file."""
        id = f"u{next(numbers)}"
        key = f"{owner}/{id}/upload"
        await self.storage.objects.put_bytes(key, data, "audio/wav")
        now = datetime.now(UTC)
        session = Session(
            id=id,
            owner=owner,
            kind="upload",
            protocol="http",
            model=model,
            created_at=now,
            state=State.QUEUED,
            options=dict(options),
            upload=Upload(key=key, content_type="audio/wav", bytes=len(data)),
            **facts,
        )
        queue = queue_of(model)
        job = Job(
            id=f"j-{id}", owner=owner, session=id, kind="transcribe", queue=queue, created_at=now
        )
        return await self.storage.jobs.enqueue(session, job)

    async def job(self, job: Job) -> Job:
        found = await self.storage.jobs.get(job.owner, job.id)
        assert found is not None
        return found

    async def session(self, job: Job) -> Session:
        found = await self.storage.sessions.get(job.owner, job.session)
        assert found is not None
        return found

    async def ended(self, job: Job) -> Job:
        """The job once it has an end."""
        async with asyncio.timeout(WAIT):
            async for each in self.storage.jobs.events(job.owner, job.id):
                last = each
        return last

    async def is_at(self, job: Job, status: Status, stage: str | None = None) -> None:
        async def there() -> bool:
            now = await self.job(job)
            return now.status is status and stage in (None, now.stage)

        await until(there)

    async def texts(self, job: Job) -> list[str]:
        return [it.text for it in await self.storage.segments.list(job.session)]

    async def names(self, job: Job) -> list[str]:
        return [it.name for it in await self.storage.artifacts.list(job.session)]

    async def object(self, key: str) -> bytes:
        return b"".join([piece async for piece in self.storage.objects.open(key)])

    async def keys(self, job: Job) -> list[str]:
        return list(await self.storage.objects.list(f"{job.owner}/{job.session}/"))

    def files(self) -> list[Path]:
        """What lies in the workers' folders on this disk."""
        home = self.core.settings.storage.data_dir / "working"
        return [it for it in home.rglob("*") if it.is_file() and it.name != "lock"]


@asynccontextmanager
async def opened(settings: Settings, model: Parrot | None = None) -> AsyncIterator[House]:
    model = model or Parrot()
    async with core_of(settings, lambda _: (model, Parrot.languages), Loudness) as core:
        house = House(core, model)
        try:
            yield house
        finally:
            model.release()
            house.other.release()
