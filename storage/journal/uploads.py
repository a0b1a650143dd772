"""Brings parts to the object store, in order within a session. Keeps no list of what waits.

What waits is what lies in the session's folder beyond its last uploaded part, so a store that is
away for hours costs disk and no memory.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

import structlog

from storage.journal.files import Places, key, prefix
from storage.ports import Objects

CONTENT_TYPE = "application/octet-stream"
LANES = 4  # uploads at a time
PATIENCE = 30.0  # seconds for one upload
FIRST_PAUSE = 0.25  # seconds after a store has refused; twice as long each time

log = structlog.get_logger(__name__)


class Uploads:
    """Takes only sessions that it is told to `keep`; run `lane` as LANES tasks."""

    def __init__(
        self,
        places: Places,
        objects: Objects,
        retry_most: float,
        stored: Callable[[str, int], None] = lambda _session, _pos: None,
    ) -> None:
        """stored: told of a session up to which position the store has it."""
        self._places = places
        self._objects = objects
        self._retry_most = retry_most
        self._stored = stored
        self._reached: dict[str, int] = {}  # position up to which a session lies in parts
        self._last: dict[str, str | None] = {}  # by session; None: the store was not asked yet
        self._due: dict[str, None] = {}  # an ordered set
        self._busy: set[str] = set()
        self._changed = asyncio.Condition()
        self._stopped = asyncio.Event()
        self.failures = 0

    def keep(self, session: str) -> None:
        """Its parts go to the store from now on, those that lie here already too."""
        self._last.setdefault(session, None)

    async def due(self, sessions: set[str], reached: Mapping[str, int] | None = None) -> None:
        """They have new parts. reached: up to which position sessions lie in parts now."""
        async with self._changed:
            known = (reached or {}).items()
            self._reached |= {session: pos for session, pos in known if session in self._last}
            self._due |= dict.fromkeys(session for session in sessions if session in self._last)
            self._changed.notify_all()

    async def forget(self, session: str) -> None:
        """Nothing of it is uploaded any more, once this returns."""
        async with self._changed:
            self._last.pop(session, None)
            self._due.pop(session, None)
            self._reached.pop(session, None)
            await self._changed.wait_for(lambda: session not in self._busy)

    async def idle(self) -> None:
        """Returns when all that was due is in the store."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._due and not self._busy)

    async def stop(self) -> None:
        """Lanes end with what they are at."""
        async with self._changed:
            self._stopped.set()
            self._changed.notify_all()

    async def lane(self) -> None:
        """Uploads what is due until it is stopped."""
        pause = FIRST_PAUSE
        while session := await self._take():
            done = await self._try(session)
            if not done:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopped.wait(), min(pause, self._retry_most))
            pause = FIRST_PAUSE if done else min(2 * pause, self._retry_most)
            await self._put_back(session, done)

    async def _take(self) -> str | None:
        """A session that is due and in no other lane; None: it is stopped."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: self._stopped.is_set() or self._due.keys() - self._busy
            )
            if self._stopped.is_set():
                return None
            session = next(session for session in self._due if session not in self._busy)
            del self._due[session]
            self._busy.add(session)
            return session

    async def _put_back(self, session: str, done: bool) -> None:
        async with self._changed:
            self._busy.discard(session)
            if not done and session in self._last:
                self._due[session] = None
            self._changed.notify_all()

    async def _try(self, session: str) -> bool:
        """False when the store did not take all; it is tried again later."""
        reached = self._reached.get(session, 0)
        try:
            for name in await self._waiting(session):
                if session not in self._last or self._stopped.is_set():
                    return True
                async with asyncio.timeout(PATIENCE):
                    path = self._places.part(session, name)
                    await self._objects.put_file(key(session, name), path, CONTENT_TYPE)
                if session in self._last:
                    self._last[session] = name
        except Exception as error:  # each store has failures of its own; all are tried again
            self.failures += 1
            log.warning("journal upload failed", session=session, error=repr(error))
            return False
        self._stored(session, reached)
        return True

    async def _waiting(self, session: str) -> list[str]:
        last = self._last.get(session)
        if last is None:
            async with asyncio.timeout(PATIENCE):
                stored = await self._objects.list(prefix(session))
            last = max((path.removeprefix(prefix(session)) for path in stored), default="")
        names = await asyncio.to_thread(self._places.names, session)
        return [name for name in names if name > last]
