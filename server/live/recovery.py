"""Finds sessions that nobody works on, and reads what their journals say of them. Runs none."""

from collections.abc import Callable, Container
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from inference.types import SAMPLE_RATE
from server.live.intake import pace
from server.live.leases import Leases
from server.live.refusals import Elsewhere
from server.live.restore import Restored, Restorer
from server.logs import logger
from server.parts import OWNER, Parts
from storage.journal import reader
from storage.journal.files import prefix
from storage.journal.records import Opened
from storage.lifecycle import UNFINISHED
from storage.records import Session, State

log = logger("recovery")

LOST = "its server was lost before anything was stored"
MOST = 100  # sessions of other servers that are taken up in one go
YOUNG = timedelta(seconds=60)  # of which clients keep all audio, until the store has it
ALIKE = SAMPLE_RATE // 10  # samples by which a journal may be longer than what was made of it


class Found(Struct, frozen=True):
    """A session to go on with. generation: ours as its owner; None when it is READY."""

    record: Session
    restored: Restored
    generation: int | None


class Recovery:
    def __init__(self, parts: Parts, leases: Leases, clock: Callable[[], float]) -> None:
        """clock: seconds."""
        self.parts = parts
        self.leases = leases
        self.clock = clock
        self.journals = parts.finalizer.journals
        self.store = parts.finalizer.store
        self.empty: dict[str, float] = {}  # orphans without a journal, and since when
        self.strange: set[str] = set()  # journals that nobody can use, told once

    async def waiting(self, mine: Container[str]) -> list[str]:
        """Sessions that nobody works on: their journals were left here, or their lease is over.

        Raises StorageError, OSError.
        """
        here = await reader.sessions(self.journals, None)
        orphans = await self.parts.storage.sessions.orphans(datetime.now(UTC), MOST)
        there = {orphan.id for orphan in orphans}
        self.empty = {id: since for id, since in self.empty.items() if id in there}
        return sorted(id for id in here | there if id not in mine)

    async def found(self, id: str, failed: bool = False, wanted: bool = False) -> Found | None:
        """A session to go on with; None when there is nothing to be done, or all of it was done.

        failed: also one that FAILED for any reason. wanted: its own client is here, who says again
        what nobody has. Raises Elsewhere when another server has it, or may come back with its
        journal; StorageError, OSError.
        """
        record = await self.parts.storage.sessions.get(OWNER, id)
        if record is None:
            await self._stray(id)
            return None
        if record.state in UNFINISHED:
            return await self._unfinished(record, wanted)
        if record.state is State.FAILED:
            return await self._claimed(record) if failed or record.error == LOST else None
        return await self._over(record)

    async def _unfinished(self, record: Session, wanted: bool) -> Found | None:
        if self._is_anothers(record):
            raise Elsewhere
        begun = self._begun(record) if wanted else None
        there = begun or await self._kept(record.id)
        if there and (found := await self._claimed(record, begun)):
            return found
        await self._lost(record)
        return None

    def _is_anothers(self, record: Session) -> bool:
        if record.node in (None, self.parts.node) or record.lease_until is None:
            return False
        return record.lease_until > datetime.now(UTC)

    def _begun(self, record: Session) -> Restored | None:
        """A session as it began; None for one that is so old that its client may not have all of
        its audio any more."""
        if record.header is None or record.lease_until is None:
            return None
        renewed = record.lease_until - timedelta(seconds=self.leases.seconds)
        if renewed - record.created_at > YOUNG:
            return None
        restorer = Restorer()
        restorer.tell(Opened(record.id, record.header))
        return restorer.result()

    async def _claimed(self, record: Session, begun: Restored | None = None) -> Found | None:
        """begun: where to go on without a journal."""
        generation = await self.leases.claim(record.id)
        if generation is None:
            raise Elsewhere
        restored = await self._read(record.id) or begun
        return Found(record, restored, generation) if restored else None

    async def _lost(self, record: Session) -> None:
        """No journal that could be gone on with. Its server may come back and bring it, now or
        when the session has FAILED already; a client is told to come again only for so long."""
        since = self.empty.setdefault(record.id, self.clock())
        if self.clock() - since < self.parts.settings.server.linger:
            raise Elsewhere
        if await self.leases.claim(record.id) is None:
            raise Elsewhere
        log.error("session lost with its server", session=record.id, node=record.node)
        await self.parts.finalizer.finalize(OWNER, record.id, LOST)

    async def _over(self, record: Session) -> Found | None:
        """One that was finished; its client may come back for the rest of its events."""
        if not await self._kept(record.id):
            return None
        restored = await self._read(record.id)
        if restored and restored.ended and restored.told and record.state is State.READY:
            return Found(record, restored, None)
        if restored and _more(record, restored):
            self._tell_once(record.id, "journal has more than was made of it by another server")
        else:
            await self.parts.journals.remove(record.id)
        return None

    async def _kept(self, id: str) -> bool:
        """Whether there is a journal; what was removed may still lie in a log for a while."""
        if id in await reader.sessions(self.journals, None):
            return True
        return self.store is not None and bool(await self.store.list(prefix(id)))

    async def _read(self, id: str) -> Restored | None:
        restorer = Restorer()
        async for record in reader.load(self.journals, self.store, id):
            restorer.tell(record)
        return restorer.result()

    async def _stray(self, id: str) -> None:
        """A journal without a session: begun when the database did not take it, or erased."""
        erased = bool(await self.parts.storage.audits.of(id))
        restored = None if erased else await self._read(id)
        if restored is None or restored.received == restored.header.request.start:
            await self.parts.journals.remove(id)
        else:
            self._tell_once(id, "journal of an unknown session")

    def _tell_once(self, id: str, what: str) -> None:
        if id not in self.strange:
            self.strange.add(id)
            log.warning(what, session=id)


def _more(record: Session, restored: Restored) -> bool:
    """Whether a journal that nobody finished has audio that the session's recording lacks, as long
    as there is one."""
    if restored.ended or record.recording_until is None:
        return False
    request = restored.header.request
    seconds = (restored.received - request.start) / pace(request.format)
    return seconds * SAMPLE_RATE > record.duration + ALIKE
