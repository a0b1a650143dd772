"""The sessions that run on this server, each in a task of its own to its very end.

Takes none in and finds none; what fails in one concerns that one alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any

from server.live.archive import Archive
from server.live.entries import Header
from server.live.leases import Leases
from server.live.restore import Restored
from server.live.session import LiveSession
from server.logs import logger
from server.parts import OWNER, Parts
from storage.errors import StorageError
from storage.records import State

log = logger("sessions")


class Lives:
    def __init__(self, parts: Parts, leases: Leases, group: asyncio.TaskGroup) -> None:
        self.parts = parts
        self.leases = leases
        self.group = group
        self.running: dict[str, LiveSession] = {}
        self.ended: dict[str, LiveSession] = {}  # stored, but the client may not know all of it
        self.tasks: set[asyncio.Task[None]] = set()
        self.busy = 0  # sessions that run, and clients that are told the rest of theirs
        self.idle = asyncio.Event()
        self.idle.set()

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

    def start(self, live: LiveSession, opening: Callable[[], Awaitable[bool]]) -> None:
        """It runs if `opening` says so."""
        self.running[live.id] = live
        self._beside(self._run(live, opening))

    def start_forgetting(self, live: LiveSession) -> None:
        """One that is over already, of whose end its client may not know."""
        self._beside(self._forget(live))

    def cancel(self) -> None:
        for task in self.tasks:
            task.cancel()

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.group.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _run(self, live: LiveSession, opening: Callable[[], Awaitable[bool]]) -> None:
        stored = False
        with self.working():
            try:
                async with live.room.running():
                    if await opening():
                        if not live.over:
                            await live.run()
                        stored = await self._finalize(live)
            except (StorageError, OSError, TimeoutError) as error:
                log.error("session not finalized", session=live.id, error=str(error))
            except Exception as error:
                log.error("session not finalized", session=live.id, exc_info=error)
            finally:
                self.leases.held.discard(live.id)
                del self.running[live.id]
                live.left.set()
        if stored:
            await self._forget(live)

    async def _finalize(self, live: LiveSession) -> bool:
        """Whether its journal is not needed any more."""
        if live.lost:
            await self.parts.journals.discard(live.id)
            return False
        error = "an internal error; the log has it" if live.why == "failed" else None
        done = await self.parts.finalizer.finalize(OWNER, live.id, error)
        return done.state is not State.FAILED

    async def _forget(self, live: LiveSession) -> None:
        """The journal goes when the client has heard all of it, or does not ask for long."""
        if live.why == "ended" and not live.told_all.is_set():
            self.ended[live.id] = live
            try:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.parts.settings.server.linger):
                        await live.told_all.wait()
            finally:
                del self.ended[live.id]
        try:
            await self.parts.journals.remove(live.id)
            self.parts.finalizer.done("removed")
        except (StorageError, OSError, TimeoutError) as error:
            log.warning("journal not removed", session=live.id, error=str(error))


def new_session(
    id: str, header: Header, parts: Parts, restored: Restored | None = None
) -> LiveSession:
    """One of this server, that has not begun."""
    archive = Archive(id, parts.storage.segments)
    return LiveSession(id, header, parts, archive, monotonic, restored)
