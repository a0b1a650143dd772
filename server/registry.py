"""The live sessions of this server: who may begin, who runs, and how all of them end."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import msgspec

from server.archive import Archive
from server.finalize import finalize, spooled
from server.live import LiveSession
from server.logs import logger
from server.parts import Parts
from server.protocols.native import Request
from storage.errors import StorageError
from storage.records import Session, State

log = logger("sessions")

OWNER = "local"  # whoever can reach the server: there are no keys


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
        self.empty = asyncio.Event()
        self.empty.set()

    async def begin(self, request: Request, protocol: str) -> LiveSession:
        """A new session, kept from its first sample on. Raises Full, or StorageError."""
        if self.stopping.is_set() or len(self.running) >= self.parts.settings.server.max_sessions:
            self.parts.metrics.refused.labels("full").inc()
            raise Full
        id = secrets.token_hex(8)
        await self.parts.storage.sessions.create(self._record(id, request, protocol))
        archive = Archive(self.parts.storage, id, spooled(self.parts.spool, id), request.format)
        live = LiveSession(id, request, self.parts, archive)
        self.running[id] = live
        self.empty.clear()
        task = self.tasks.create_task(self._run(live), name=f"session {id}")
        self.sessions.add(task)
        task.add_done_callback(self.sessions.discard)
        return live

    async def drain(self) -> None:
        """Take nobody in, let everybody end: finals are given, recordings kept. After the drain
        timeout whoever still runs is left to the next start."""
        self.stopping.set()
        try:
            async with asyncio.timeout(self.parts.settings.server.drain_timeout):
                ending = [live.finish("server stopped") for live in self.running.values()]
                await asyncio.gather(*ending)
                await self.empty.wait()
        except TimeoutError:
            log.error("sessions cut off", sessions=list(self.running))
            for task in self.sessions:
                task.cancel()

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

    async def _run(self, live: LiveSession) -> None:
        """One session to its very end. What fails here concerns this session alone."""
        try:
            await live.run()
            await self._finalize(live)
        finally:
            del self.running[live.id]
            if not self.running:
                self.empty.set()

    async def _finalize(self, live: LiveSession) -> None:
        try:
            if live.why == "failed":
                await self.parts.storage.sessions.move(live.id, State.FAILED, error="see the log")
            else:
                await finalize(self.parts.storage, live.id, self.parts.spool)
        except (StorageError, OSError) as error:
            log.error("session not finalized", session=live.id, error=str(error))


@asynccontextmanager
async def registry(parts: Parts) -> AsyncIterator[Registry]:
    """Its sessions end before it does."""
    async with asyncio.TaskGroup() as tasks:
        each = Registry(parts, tasks)
        try:
            yield each
        finally:
            await each.drain()
