"""The one that writes all journals of a node: many sessions, one log, one sync for all.

It does not read them back, but for the logs that a killed process left.
"""

import asyncio
from asyncio import Future
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from shutil import rmtree

import structlog
from msgspec import Struct

from storage.errors import Taken
from storage.journal.cut import cut
from storage.journal.files import Places, checked, generation_of, number_of
from storage.journal.handle import Durable, Journal, Share, Watcher
from storage.journal.log import Log
from storage.journal.reader import remove_stored
from storage.journal.records import Removed, encode
from storage.journal.uploads import LANES, Uploads
from storage.locks import held
from storage.ports import Objects

GENERATIONS = 1_000_000
UPLOAD_WAIT = 5.0  # seconds that uploads under way are given at the end
LOCK_WAIT = 2.0  # seconds a process that ends is given to let go of the folder

logs = structlog.get_logger(__name__)


class JournalPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    sync_every: float = 0.1  # seconds between two syncs: how late an acknowledgement may be
    seal_after: float = 5.0  # seconds until the log is cut into parts, which go to the store
    seal_bytes: int = 16 << 20  # or when it has this many bytes
    session_bytes: int = 2 << 20  # most bytes of one session that may wait for the disk
    node_bytes: int = 32 << 20  # most bytes of all sessions that may wait for the disk
    retry: float = 0.5  # seconds between two attempts on a disk that refuses
    reserve: int = 0  # bytes of the disk that are left to others
    upload_retry: float = 30.0  # most seconds between two attempts on a store that refuses


def alone(reserve: int = 0) -> JournalPolicy:
    """Where no store takes the parts, nobody waits for them: short sessions never become any."""
    return JournalPolicy(seal_after=5.0, seal_bytes=4 << 20, reserve=reserve)


class Batch(Struct, frozen=True):
    """What goes to the disk together; kept as it is until the disk takes it."""

    data: bytes
    journals: list[tuple[Journal, Share]]
    removals: list["Future[None]"]


@asynccontextmanager
async def journaling(
    folder: Path, objects: Objects | None, policy: JournalPolicy | None = None
) -> AsyncIterator["Journals"]:
    """The journals in the folder, which is this process's alone meanwhile.

    objects: where parts go too; None: they stay here. At the end all that waits is written, if
    the disk takes it. Raises Unusable when another process has the folder, OSError when there
    can be none.
    """
    places = Places(folder)
    await asyncio.to_thread(places.make)
    refusal = f"another server keeps its journals in {folder}"
    async with held(folder / "lock", LOCK_WAIT, refusal):
        for log in places.logged():
            try:
                await asyncio.to_thread(cut, places, log)
            except OSError as error:  # a full disk is no reason not to start: it is cut later
                logs.error("journal log not cut", error=repr(error))
        journals = Journals(places, objects, policy or JournalPolicy())
        async with journals.running():
            yield journals


class Journals:
    """All of this node. Made by `journaling`."""

    def __init__(self, places: Places, objects: Objects | None, policy: JournalPolicy) -> None:
        self.full = False  # the disk refuses at present
        self.waiting = 0  # bytes that are not on the disk
        self.uploads: Uploads | None = None
        if objects:
            self.uploads = Uploads(places, objects, policy.upload_retry, self._stored)
        self._places = places
        self._objects = objects
        self._policy = policy
        self._log = Log(places, policy.reserve)
        self._open: dict[str, Journal] = {}
        self._fresh: dict[Journal, None] = {}  # an ordered set of those with something to write
        self._removals: dict[str, Future[None]] = {}
        self._batch: Batch | None = None
        self._arrival = asyncio.Event()
        self._heavy = asyncio.Event()
        self._stopping = asyncio.Event()
        self._cutting = asyncio.Lock()
        # A thread of its own: a sync never waits behind anything else that blocks.
        self._disk = ThreadPoolExecutor(1, "journal")

    def begin(
        self,
        session: str,
        generation: int = 0,
        *,
        pos: int = 0,
        seq: int = 0,
        watcher: Watcher | None = None,
    ) -> Journal:
        """A journal that begins, or goes on under a new owner.

        generation: greater than that of any owner before, this process included.
        pos, seq: how far it is already.
        watcher: told after each sync that moved the session, and when the disk refuses or takes
        again. It must return at once and not raise.
        Raises BadKey, and Taken when the journal is open here or has that generation already.
        """
        names = self._places.names(checked(session))
        if not 0 <= generation < GENERATIONS:
            raise ValueError(f"generation {generation}")
        if session in self._open or (names and generation_of(names[-1]) >= generation):
            raise Taken(f"the journal of {session} is open, or had generation {generation}")
        begun = Durable(0, pos, seq, self.full)
        most = self._policy.session_bytes
        journal = Journal(session, generation, begun, most, watcher or _nobody, self)
        self._open[session] = journal
        if self.uploads:
            journal.stored = 0  # until the store has said so
            self.uploads.keep(session)
        return journal

    async def seal(self, timeout: float) -> None:
        """Returns when all that is durable now is in parts, and those in the store if there is one.

        For a node that goes down in order. Raises TimeoutError, OSError.
        """
        async with asyncio.timeout(timeout):
            await self._cut_logs()
            if self.uploads:
                await self.uploads.idle()

    async def remove(self, session: str, timeout: float = 30.0) -> None:
        """The last step of finalize: gone here and in the store. May be told twice.

        Raises Taken when the journal is open, TimeoutError when the disk takes no note of it, and
        the errors of the object store.
        """
        await self.discard(session, timeout)
        if self._objects:
            await remove_stored(self._objects, session)

    async def discard(self, session: str, timeout: float = 30.0) -> None:
        """What lies here only: another node owns the session now. Raises as `remove`."""
        journal = self._open.get(checked(session))
        if journal and not journal.closed:
            raise Taken(f"the journal of {session} is open")
        async with asyncio.timeout(timeout):
            if journal:  # what it was given last is on its way to the disk, before our note
                await journal.drained(timeout)
            if self.uploads:
                await self.uploads.forget(session)
            # The parts go first: on a full disk the note needs the room that they leave.
            async with self._cutting:
                await asyncio.to_thread(rmtree, self._places.session(session), True)
            # For what logs still hold: cutting them makes parts again, up to this note.
            await self._note_removal(session)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Writes, cuts and uploads while inside."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._sync_loop(), name="journal sync")
                group.create_task(self._seal_loop(), name="journal seal")
                lanes = [group.create_task(lane) for lane in self._lanes()]
                try:
                    yield
                finally:
                    for wake in (self._stopping, self._arrival, self._heavy):
                        wake.set()
                    await self._end(lanes)
        finally:
            self._disk.shutdown()
            self._log.rotate()

    def spare(self) -> int:
        return self._policy.node_bytes - self.waiting

    def appended(self, journal: Journal, size: int) -> None:
        self.waiting += size
        self._fresh[journal] = None
        self._arrival.set()

    def closed(self, journal: Journal) -> None:
        if not journal.waiting:
            self._open.pop(journal.session, None)

    async def _end(self, lanes: list["asyncio.Task[None]"]) -> None:
        """Uploads that are under way come to their end, if that is soon."""
        if self.uploads:
            await self.uploads.stop()
            _, late = await asyncio.wait(lanes, timeout=UPLOAD_WAIT)
            for lane in late:
                lane.cancel()

    def _lanes(self) -> list[Coroutine[None, None, None]]:
        return [self.uploads.lane() for _ in range(LANES)] if self.uploads else []

    async def _note_removal(self, session: str) -> None:
        noted = asyncio.get_running_loop().create_future()
        noted = self._removals.setdefault(session, noted)
        self._arrival.set()
        await asyncio.shield(noted)

    async def _sync_loop(self) -> None:
        while True:
            await self._arrival.wait()
            self._arrival.clear()
            took = await self._sync() if self._unwritten() else True
            more = self._unwritten()  # also what came while an older batch was refused
            if self._stopping.is_set() and not (took and more):
                return
            if more:
                self._arrival.set()
            await self._pause(self._policy.sync_every if took else self._policy.retry)

    def _unwritten(self) -> bool:
        return bool(self._batch or self._fresh or self._removals)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _sync(self) -> bool:
        """False when the disk refuses; then the same is written again the next time."""
        batch = self._batch = self._batch or self._gather()
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._disk, self._log.write, batch.data)
        except OSError as error:
            self._refused(error)
            return False
        self._batch = None
        self._written(batch)
        return True

    def _gather(self) -> Batch:
        shares = [(journal, journal.take()) for journal in self._fresh]
        removed = [encode(Removed(session)) for session in self._removals]
        data = b"".join([*(share.data for _, share in shares), *removed])
        batch = Batch(data, shares, list(self._removals.values()))
        self._fresh.clear()
        self._removals.clear()
        return batch

    def _written(self, batch: Batch) -> None:
        for journal, share in batch.journals:
            self.waiting -= share.size
            journal.written(share)
            if journal.closed:
                self.closed(journal)
        for noted in batch.removals:
            noted.set_result(None)
        if self.full:
            self._tell_all(False)
            logs.info("journal disk takes again")
        if self._log.size > self._policy.seal_bytes:
            self._heavy.set()

    def _refused(self, error: OSError) -> None:
        if not self.full:
            logs.error("journal disk refuses", error=repr(error))
            self._tell_all(True)

    def _tell_all(self, full: bool) -> None:
        self.full = full
        for journal in list(self._open.values()):
            journal.refused(full)

    async def _seal_loop(self) -> None:
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._heavy.wait(), self._policy.seal_after)
            self._heavy.clear()
            try:
                await self._cut_logs()
            except OSError as error:  # the log stays and is cut the next time
                logs.error("journal log not cut", error=repr(error))

    async def _cut_logs(self) -> None:
        async with self._cutting:
            loop = asyncio.get_running_loop()
            written = {session: journal.durable.pos for session, journal in self._open.items()}
            last = await loop.run_in_executor(self._disk, self._log.rotate)
            touched: set[str] = set()
            reached: dict[str, int] = {}
            try:
                for log in self._places.logged():
                    if number_of(log) <= last:
                        touched |= await asyncio.to_thread(cut, self._places, log)
                reached = {session: written[session] for session in touched & written.keys()}
            finally:
                if self.uploads:
                    await self.uploads.due(touched, reached)

    def _stored(self, session: str, pos: int) -> None:
        if journal := self._open.get(session):
            journal.stored = max(journal.stored or 0, pos)


def _nobody(_: Durable) -> None:
    return None
