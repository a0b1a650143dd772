"""Takes up sessions that nobody works on: ours from before, and those of servers that are dead."""

import asyncio
from collections.abc import Container
from time import monotonic
from typing import TypeAlias

from msgspec.structs import replace

from server.live import entries
from server.live.leases import Leases
from server.live.lives import Lives, new_session
from server.live.recovery import Found, Recovery
from server.live.refusals import Elsewhere
from server.live.session import LiveSession
from server.logs import logger
from server.parts import OWNER, Parts
from storage.errors import StorageError

log = logger("sessions")

Came: TypeAlias = LiveSession | Exception | None
"""What came of taking a session up: None when there is nothing to go on with."""


class Takeover:
    def __init__(
        self, parts: Parts, leases: Leases, lives: Lives, group: asyncio.TaskGroup
    ) -> None:
        self.parts = parts
        self.leases = leases
        self.lives = lives
        self.group = group
        self.recovery = Recovery(parts, leases, monotonic)
        self.coming: dict[str, asyncio.Task[Came]] = {}
        self.closed = False  # nothing is taken up any more

    def close(self) -> None:
        self.closed = True
        for task in self.coming.values():
            task.cancel()

    async def look(self, mine: Container[str]) -> None:
        """Take up all that nobody works on. Raises StorageError, OSError."""
        for id in await self.recovery.waiting(mine):
            self._start(id)

    async def fetched(self, id: str, wanted: bool) -> LiveSession | None:
        """A session that does not run here. wanted: its own client asks for it.

        Raises Elsewhere, StorageError.
        """
        if id not in self.coming:
            record = await self.parts.storage.sessions.get(OWNER, id)
            if record is None or record.kind != "live":
                return None
        came = await asyncio.shield(self._start(id, wanted))
        if isinstance(came, Exception):
            raise Elsewhere
        return came

    async def taken_up(
        self, id: str, failed: bool = False, wanted: bool = False
    ) -> LiveSession | None:
        """A session that goes on here from now on. Raises Elsewhere, StorageError, OSError."""
        found = await self.recovery.found(id, failed, wanted)
        if found is None or self.closed:
            return None
        if found.generation is None:
            live = new_session(id, found.restored.header, self.parts, found.restored)
            self.lives.start_forgetting(live)
            return live
        live = self._owned(found, found.generation)
        self.leases.held.add(id)
        log.warning("session recovered", session=id, ended=found.restored.ended)
        self.lives.start(live, _true)
        return live

    def _owned(self, found: Found, generation: int) -> LiveSession:
        """Raises Taken."""
        before = found.restored
        restored = replace(before, owners=(*before.owners, (generation, before.seq)))
        header = replace(restored.header, generation=generation)
        live = new_session(found.record.id, header, self.parts, restored)
        if not restored.ended:
            received, seq = restored.received, restored.seq
            live.archive.begin(self.parts.journals, generation, received, seq, live.moved)
            live.archive.append(entries.opened(live.id, header))
            live.archive.append(entries.tokens(live.holding.given))
            live.linger(self.parts.settings.server.linger)
        return live

    def _start(self, id: str, wanted: bool = False) -> "asyncio.Task[Came]":
        if id not in self.coming:
            coming = self._coming(id, wanted)
            self.coming[id] = self.group.create_task(coming, name=f"recovery {id}")
            self.coming[id].add_done_callback(lambda _: self.coming.pop(id, None))
        return self.coming[id]

    async def _coming(self, id: str, wanted: bool) -> Came:
        try:
            return await self.taken_up(id, wanted=wanted)
        except Elsewhere as elsewhere:
            return elsewhere
        except (StorageError, OSError, TimeoutError) as error:
            log.error("session not recovered", session=id, error=str(error))
            return error
        except Exception as error:
            log.error("session not recovered", session=id, exc_info=error)
            return error


async def _true() -> bool:
    return True
