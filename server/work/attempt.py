"""One attempt at one job: fetch, hear, store, and say so, as long as the job is still ours.

Each step that others see is one transaction with the proof that we have the job, so of all
attempts exactly one counts. Who claims jobs, and who stops us, is `worker`.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from inference.types import Hypothesis, Options, Window
from server.audio.decoding import Limits
from server.editing.again import asked
from server.editing.decisions import transcript_gone
from server.live.archive import row
from server.logs import logger
from server.parts import Core
from server.results import keeping
from server.settings import RetentionSettings
from server.uploads.pipeline import Transcribed
from server.webhooks.telling import tell_job, tell_session
from server.work.failures import Failure, Gone, Lost, failure_of
from server.work.models import Models
from server.work.patience import patiently, unbroken
from server.work.progress import fraction
from server.work.settings import WorkSettings
from server.work.transcribe import Ears, fetch, listen
from storage.errors import Missing, StorageError
from storage.open import Tables
from storage.records import Artifact, Job, Session, State

log = logger("work")

T = TypeVar("T")

EVERY = 0.5  # seconds between two reports of progress
HEARD = (State.READY, State.EXPIRED)  # it is heard once more, and stays as it is


class Source(msgspec.Struct, frozen=True):
    """What is heard: an object, its bytes, and whether a recording is to be made of it."""

    key: str
    bytes: int
    fresh: bool


class Means(msgspec.Struct, frozen=True):
    """What all attempts of a worker need. space: a folder for files. worker: its name."""

    core: Core
    models: Models
    settings: WorkSettings
    space: Path
    worker: str


class Attempt:
    def __init__(self, means: Means, job: Job) -> None:
        self.means = means
        self.storage = means.core.storage
        self.worker = means.worker
        self.job = job
        self.stage = "fetching"
        self.share = 0.0
        self.moved = asyncio.Event()

    async def run(self) -> None:
        """To a good or a bad end, which is said; or in silence when the job is not ours any more.

        Raises StorageError when nothing could be said: then the job is lost, and another's soon.
        """
        try:
            await self._run()
        except Lost:
            log.info("job lost", job=self.job.id)
        except Exception as error:
            failure = failure_of(error)
            if not failure.known:
                log.error("job failed", job=self.job.id, exc_info=error)
            await self._patiently(partial(self._failed, failure))

    async def _run(self) -> None:
        session = asked(await self._step(State.OPEN), self.job)
        source = await self._patiently(partial(self._source, session))
        folder = Path(await asyncio.to_thread(mkdtemp, dir=self.means.space))
        try:
            heard, made = await self._heard(session, source, folder)
        finally:
            await asyncio.to_thread(rmtree, folder, True)
        await unbroken(self._end(heard, made, source))

    async def _end(self, heard: Transcribed, made: tuple[Artifact, ...], source: Source) -> None:
        stale = await self._patiently(partial(self._finished, heard, made))
        log.info("job completed", job=self.job.id, attempts=self.job.attempts)
        await self._forget([*stale, source.key] if source.fresh else stale)

    async def _heard(
        self, session: Session, source: Source, folder: Path
    ) -> tuple[Transcribed, tuple[Artifact, ...]]:
        """Segments, and what was put into the store for them."""
        path = folder / "upload"
        recording = folder / "recording.flac" if source.fresh else None
        async with self._reporting():
            await self._patiently(
                partial(fetch, self.storage.objects, source.key, path, source.bytes, self._told)
            )
            self._at("transcribing")
            async with self.means.models.engine(session.model) as engine:
                vad = self.means.core.vad
                ears = Ears(
                    partial(self._answer, engine.transcribe),
                    partial(vad.speech, vad.listener()),
                    msgspec.convert(session.options, Options),
                )
                heard = await listen(
                    path, recording, self._limits(), ears, self._told, self._decoded
                )
        self._at("storing")
        facts = {"duration": heard.duration, "language": heard.language}
        session = await self._step(State.FINALIZING, **facts, ended_at=_now())
        session = asked(replace(session, **facts), self.job)
        objects = self.storage.objects
        made: tuple[Artifact, ...] = ()
        if recording is not None:
            made = await self._patiently(partial(keeping.recording, objects, session, recording))
        rows = [row(session.id, segment) for segment in heard.segments]
        # What is there already stays as it is until the new text takes its place.
        beside = f"{self.job.id}/" if session.state in HEARD else ""
        made += await self._patiently(partial(keeping.transcripts, objects, session, rows, beside))
        return heard, made

    async def _answer(
        self, ask: Callable[[Window], Awaitable[Hypothesis]], window: Window
    ) -> Hypothesis:
        async with asyncio.timeout(self.means.settings.answer):
            return await ask(window)

    async def _decoded(self) -> None:
        await self._step(State.DRAINING)

    async def _source(self, session: Session) -> Source:
        """The file as it was uploaded, else what was recorded. Raises Gone."""
        objects = self.storage.objects
        if session.upload and (stat := await objects.stat(session.upload.key)):
            return Source(stat.key, stat.bytes, session.state not in HEARD)
        for artifact in await self.storage.artifacts.list(session.id):
            if artifact.name == "recording":
                return Source(artifact.key, artifact.bytes, False)
        raise Gone

    def _limits(self) -> Limits:
        uploads = self.means.core.settings.uploads
        return Limits(seconds=uploads.max_seconds, channels=uploads.max_channels)

    async def _step(self, to: State, **facts: Any) -> Session:
        """The next state, if the job is still ours. Raises Lost, Gone, Unavailable."""

        async def step() -> Session:
            async with self.storage.together() as tables:
                session = await self._mine(tables)
                done = fraction(self.stage, self.share)
                if not await tables.work.progress(self.job, self.worker, self.stage, done, _now()):
                    raise Lost
                if session.state not in HEARD:
                    session = await tables.sessions.move(session.id, to, **facts)
                return session

        return await self._patiently(step)

    async def _mine(self, tables: Tables) -> Session:
        """The session, which nobody else changes in this transaction: always before the job."""
        try:
            session = await tables.sessions.update(self.job.owner, self.job.session)
        except Missing:
            raise Lost from None  # erased, and the job with it
        if transcript_gone(session):
            raise Gone
        return session

    async def _finished(self, heard: Transcribed, made: tuple[Artifact, ...]) -> list[str]:
        """All of it is seen now; the keys of what it has taken the place of."""
        async with self.storage.together() as tables:
            session, now = await self._mine(tables), _now()
            if not await tables.work.finish(self.job, self.worker, now):
                raise Lost
            rows = [row(session.id, segment) for segment in heard.segments]
            await tables.segments.replace(session.id, rows)
            await tables.sessions.update(
                session.owner,
                session.id,
                model=self.job.options.get("model"),
                language=heard.language,
                duration=heard.duration,
            )
            before = await tables.artifacts.list(session.id)
            if session.state in HEARD:
                for artifact in made:
                    await tables.artifacts.put(artifact)
            else:
                keep = self.means.core.settings.retention
                await keeping.end(tables, session, made, keep, now)
            if done := await tables.jobs.get(self.job.owner, self.job.id):
                await tell_job(tables, done, now)
        new = {artifact.name: artifact.key for artifact in made}
        return [it.key for it in before if new.get(it.name, it.key) != it.key]

    async def _failed(self, failure: Failure) -> None:
        async with self.storage.together() as tables:
            now, keep = _now(), self.means.core.settings.retention
            with suppress(Missing):
                await tables.sessions.update(self.job.owner, self.job.session)
                after = await tables.work.fail(
                    self.job,
                    self.worker,
                    failure.error,
                    retry=failure.retry,
                    now=now,
                    jitter=random.random(),
                )
                if after is not None:
                    await ended_badly(tables, after, keep, now)
                    log.warning(
                        "job failed",
                        job=after.id,
                        status=after.status.value,
                        attempts=after.attempts,
                        code=failure.error["code"],
                    )

    async def _forget(self, keys: list[str]) -> None:
        """What was uploaded is in the recording now; what stays here is found by its retention."""
        with suppress(StorageError, OSError):
            await self.storage.objects.delete_many(keys)

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        return await patiently(call, self.means.settings.patience)

    def _at(self, stage: str) -> None:
        self.stage, self.share = stage, 0.0
        self.moved.set()

    def _told(self, share: float) -> None:
        """Never back: a file may be longer than it said."""
        if share > self.share:
            self.share = share
            self.moved.set()

    @asynccontextmanager
    async def _reporting(self) -> AsyncIterator[None]:
        """While inside, whoever looks at the job sees how far it is."""
        task = asyncio.create_task(self._report(), name=f"progress {self.job.id}")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _report(self) -> None:
        while True:
            await self.moved.wait()
            self.moved.clear()
            done = fraction(self.stage, self.share)
            with suppress(StorageError):
                await self.storage.work.progress(self.job, self.worker, self.stage, done, _now())
            await asyncio.sleep(EVERY)


async def ended_badly(tables: Tables, job: Job, keep: RetentionSettings, now: datetime) -> None:
    """What follows when a job has failed: if that was the end of its upload, what is there is
    kept as long as a transcript would be, and the owner is told."""
    await tell_job(tables, job, now)
    with suppress(Missing):
        session = await tables.sessions.update(job.owner, job.session)
        if session.state is State.FAILED and session.kind == "upload":
            recording, transcript = keeping.kept(session, keep, now)
            session = await tables.sessions.update(
                job.owner, job.session, recording_until=recording, transcript_until=transcript
            )
            await tell_session(tables, session, now)


def _now() -> datetime:
    return datetime.now(UTC)
