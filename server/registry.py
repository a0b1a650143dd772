"""The live sessions of this server: who may begin, who runs, and how all of them end."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime

import msgspec

from server.archive import Archive
from server.finalize import finalize, recover
from server.live import LiveSession
from server.logs import logger
from server.parts import OWNER, Parts
from server.protocols.native.requests import Request
from storage.errors import StorageError, Unavailable
from storage.records import Session, State

log = logger("sessions")

BEGIN = 4.0  # seconds that a new session waits for the database
AGAIN = 30.0  # seconds between looks for sessions that could not be finalized


class Full(Exception):
    """No room for another session now; `retry_after` in seconds."""

    retry_after = 5


class Registry:
    def __init__(self, parts: Parts, tasks: asyncio.TaskGroup) -> None:
        self.parts = parts
        self.tasks = tasks
        self.running: dict[str, LiveSession] = {}
        self.sessions: set[asyncio.Task[None]] = set()
        self.stopping = asyncio.Event()
        self.cutting = asyncio.Event()  # whoever still runs is not waited for
        self.busy = 0  # sessions that run, and clients that are told the rest of theirs
        self.idle = asyncio.Event()
        self.idle.set()

    async def begin(self, request: Request, protocol: str) -> LiveSession:
        """A new session, kept from its first sample on.

        Raises Full, StorageError, or OSError for a spool that cannot be written. The caller must
        have it finished in the end; a call that is cancelled does so itself.
        """
        if self.stopping.is_set() or len(self.running) >= self.parts.settings.server.max_sessions:
            self.parts.metrics.refused.labels("full").inc()
            raise Full
        id = secrets.token_hex(8)
        archive = Archive(self.parts.storage, self.parts.spool, id, request.format)
        live = LiveSession(id, request, self.parts, archive)
        record = self._record(id, request, protocol)
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.running[id] = live
        task = self.tasks.create_task(self._run(live, record, kept), name=f"session {id}")
        self.sessions.add(task)
        task.add_done_callback(self.sessions.discard)
        try:
            async with asyncio.timeout(BEGIN):
                await kept
        except TimeoutError:
            live.finish("storage")
            raise Unavailable(f"the database did not answer in {BEGIN:g} s") from None
        except BaseException:
            live.finish("client_gone")
            raise
        return live

    @contextmanager
    def working(self) -> Iterator[None]:
        """Inside, a stop waits."""
        self.busy += 1
        self.idle.clear()
        try:
            yield
        finally:
            self.busy -= 1
            if not self.busy:
                self.idle.set()

    async def drain(self) -> None:
        """Take nobody in, let everybody end: finals are given, recordings kept. After the drain
        timeout, or `cut`, whoever still runs is left to the next start."""
        self.stopping.set()
        for live in self.running.values():
            live.finish("server_stopped")
        waiting = [asyncio.create_task(it.wait()) for it in (self.idle, self.cutting)]
        limit = self.parts.settings.server.drain_timeout
        try:
            await asyncio.wait(waiting, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        if self.running:
            log.error("sessions cut off", sessions=list(self.running))
        for session in self.sessions:
            session.cancel()

    def cut(self) -> None:
        """Wait for nobody any more."""
        self.cutting.set()

    async def tidy(self) -> None:
        """Finish, again and again, what could not be finished when it ended."""
        while not self.stopping.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(AGAIN):
                    await self.stopping.wait()
                return
            with suppress(StorageError, OSError):
                await recover(self.parts.storage, self.parts.spool, self.running)

    def _record(self, id: str, request: Request, protocol: str) -> Session:
        return Session(
            id=id,
            owner=OWNER,
            kind="live",
            protocol=protocol,
            model=self.parts.settings.model.name,
            created_at=datetime.now(UTC),
            options=msgspec.to_builtins(request.options),
            language=request.options.language,
            room=request.room,
        )

    async def _run(self, live: LiveSession, record: Session, kept: "asyncio.Future[None]") -> None:
        """One session to its very end. What fails here concerns this session alone."""
        with self.working():
            try:
                if await self._opened(live, record, kept):
                    await live.run()
                    await self._finalize(live)
            except (StorageError, OSError) as error:
                log.error("session not finalized", session=live.id, error=str(error))
            except Exception as error:
                log.error("session not finalized", session=live.id, exc_info=error)
            finally:
                del self.running[live.id]

    async def _opened(
        self, live: LiveSession, record: Session, kept: "asyncio.Future[None]"
    ) -> bool:
        try:
            await live.archive.open()
            await self.parts.storage.sessions.create(record)
        except Exception as error:
            await live.archive.close()
            if not kept.done():
                kept.set_exception(error)
            return False
        if not kept.done():
            kept.set_result(None)
        return True

    async def _finalize(self, live: LiveSession) -> None:
        archive = live.archive
        if live.why == "failed":
            await asyncio.to_thread(self.parts.spool.rescue, live.id)
        await self.parts.storage.sessions.move(
            live.id, State.DRAINING, duration=archive.duration, language=archive.language
        )
        error = "an internal error; the log has it" if live.why == "failed" else None
        await finalize(self.parts.storage, live.id, self.parts.spool, error)


@asynccontextmanager
async def registry(parts: Parts) -> AsyncIterator[Registry]:
    """Its sessions end before it does."""
    async with asyncio.TaskGroup() as tasks:
        each = Registry(parts, tasks)
        tasks.create_task(each.tidy())
        try:
            yield each
        finally:
            await each.drain()
