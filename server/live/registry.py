"""The live sessions of this server: who may begin, who comes back, and how all of them end."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from time import time

import msgspec

from server.live import entries
from server.live.entries import Header
from server.live.leases import Leases
from server.live.lives import Lives, new_session
from server.live.refusals import Elsewhere, Full, Unknown
from server.live.session import LiveSession
from server.live.takeover import Takeover
from server.live.tokens import read
from server.logs import logger
from server.parts import OWNER, Parts
from server.protocols.native.messages import Resume
from server.protocols.native.requests import Request
from storage.errors import StorageError, Unavailable
from storage.lifecycle import UNFINISHED
from storage.records import Session

log = logger("sessions")

DROP = 30.0  # seconds that a session which is erased gets to end
BEGIN = 4.0  # seconds that a session which begins or comes back waits for database and disk
AGAIN = 30.0  # seconds between looks for sessions that nobody works on


class Registry:
    def __init__(self, parts: Parts, group: asyncio.TaskGroup) -> None:
        self.parts = parts
        self.leases = Leases(parts.storage.sessions, parts.node, parts.settings.server.lease)
        self.lives = Lives(parts, self.leases, group)
        self.takeover = Takeover(parts, self.leases, self.lives, group)
        self.running = self.lives.running
        self.ended = self.lives.ended
        self.stopping = asyncio.Event()
        self.cutting = asyncio.Event()  # whoever still runs is not waited for

    async def begin(self, request: Request, protocol: str) -> LiveSession:
        """A new session, kept from its first sample on.

        Raises Full or StorageError. The caller must have it finished in the end; a call that is
        cancelled does so itself.
        """
        if self.stopping.is_set() or len(self.running) >= self.parts.settings.server.max_sessions:
            self.parts.metrics.refused.labels("full").inc()
            raise Full
        id = secrets.token_hex(8)
        header = Header(request, protocol, 0, round(time() * 1000))
        live, record = new_session(id, header, self.parts), self._record(id, header)
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lives.start(live, partial(self._opened, live, record, kept))
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

    async def resume(self, again: Resume) -> tuple[LiveSession, int]:
        """A session for a client that comes back, and the last of our events that it has.

        Raises Unknown, Elsewhere, StorageError.
        """
        id = again.session
        live = self.running.get(id) or self.ended.get(id)
        if live is None:
            try:
                async with asyncio.timeout(BEGIN):
                    wanted = read(again.token, id, self.parts.storage.secret) is not None
                    live = await self.takeover.fetched(id, wanted)
            except TimeoutError:
                raise Elsewhere from None
        if live is None or (token := live.holding.admitted(again.token)) is None:
            raise Unknown
        if live.finished and live.why != "ended":
            raise Elsewhere if live.why in ("server_stopped", "taken_away") else Unknown
        return live, live.known(token, again.seq)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Inside, a stop waits."""
        with self.lives.working():
            yield

    async def drain(self) -> None:
        """Take nobody in, let everybody end: finals are given, recordings kept. After the drain
        timeout, or `cut`, whoever still runs is left to the next start."""
        self.stopping.set()
        for live in self.running.values():
            live.finish("server_stopped")
        waiting = [asyncio.create_task(it.wait()) for it in (self.lives.idle, self.cutting)]
        limit = self.parts.settings.server.drain_timeout
        try:
            await asyncio.wait(waiting, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        if self.running:
            log.error("sessions cut off", sessions=list(self.running))
        self.takeover.close()
        self.lives.cancel()

    def cut(self) -> None:
        """Wait for nobody any more."""
        self.cutting.set()

    async def tidy(self) -> None:
        """Take up, at once and again and again, what nobody works on."""
        while not self.stopping.is_set():
            with suppress(StorageError, OSError):
                await self.takeover.look(self._mine())
            await asyncio.sleep(min(AGAIN, self.leases.seconds))

    async def keep_leases(self) -> None:
        """Say again and again that our sessions are ours; let those go that are not any more."""
        while True:
            await asyncio.sleep(self.leases.seconds / 4)
            with suppress(StorageError):
                for id in await self.leases.renew():
                    self._lost(id)

    async def finalize_again(self, id: str) -> None:
        """What could not be finished, once more from its journal. Raises Unknown, Elsewhere."""
        if id not in self._mine() and await self.takeover.taken_up(id, failed=True) is None:
            raise Unknown

    async def drop(self, session: Session) -> None:
        """One that is to be erased ends, wherever it runs, and nothing more of it is kept.

        Raises Unavailable when it does not end in time.
        """
        try:
            async with asyncio.timeout(DROP):
                await self._take_away(session)
                if coming := self.takeover.coming.get(session.id):
                    await asyncio.wait([coming])
                if live := self.running.get(session.id):
                    live.finish("erased")
                    live.abandon()
                    await live.left.wait()
                if ended := self.ended.get(session.id):
                    ended.told_all.set()
        except TimeoutError:
            raise Unavailable(f"{session.id} did not end in {DROP:g} s") from None

    async def _take_away(self, session: Session) -> None:
        """From another server that has it: it will hear of that with its next renewal."""
        others = session.node is not None and session.node != self.parts.node
        if session.kind == "live" and session.state in UNFINISHED and others:
            late = datetime.now(UTC) + timedelta(days=1)
            until = self.leases.until()
            await self.leases.sessions.claim(session.id, self.parts.node, late, until)
            await asyncio.sleep(self.leases.seconds / 3)

    def _mine(self) -> set[str]:
        return {*self.running, *self.ended, *self.takeover.coming}

    def _lost(self, id: str) -> None:
        if live := self.running.get(id):
            log.warning("session taken by another server", session=id)
            live.abandon()

    def _record(self, id: str, header: Header) -> Session:
        request = header.request
        return Session(
            id=id,
            owner=OWNER,
            kind="live",
            protocol=header.protocol,
            model=self.parts.settings.model.name,
            created_at=datetime.now(UTC),
            options=msgspec.to_builtins(request.options),
            language=request.options.language,
            room=request.room,
            node=self.parts.node,
            lease_until=self.leases.until(),
            header=msgspec.to_builtins(header),
        )

    async def _opened(
        self, live: LiveSession, record: Session, kept: "asyncio.Future[None]"
    ) -> bool:
        """The journal first: what is in the database has left a trace here."""
        archive = live.archive
        try:
            archive.begin(self.parts.journals, 0, live.intake.start, 0, live.moved)
            archive.append(entries.opened(live.id, live.header))
            await archive.safe()
            await self.parts.storage.sessions.create(record)
            self.leases.held.add(live.id)
        except Exception as error:
            archive.close()
            if not kept.done():
                kept.set_exception(error)
            return False
        if not kept.done():
            kept.set_result(None)
        return True


@asynccontextmanager
async def registry(parts: Parts) -> AsyncIterator[Registry]:
    """Its sessions end before it does."""
    async with asyncio.TaskGroup() as group:
        each = Registry(parts, group)
        leases = group.create_task(each.keep_leases())
        tidying = group.create_task(each.tidy())
        try:
            yield each
        finally:
            await each.drain()
            leases.cancel()
            tidying.cancel()
