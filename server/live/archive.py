"""The second listener of a session: keeps in its journal all that comes, and its segments as rows.

What the client is shown waits for the journal, which is quick; the end of the
session alone waits for it to be whole. The database may be away meanwhile.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from inference.types import text_of
from server.live import entries
from server.logs import logger
from storage.errors import StorageError
from storage.journal.handle import Durable, Journal, JournalFull
from storage.journal.records import Record, Sealed
from storage.journal.writer import Journals
from storage.ports import Segments
from storage.records import Segment
from streaming.events import Event
from streaming.events import Segment as Heard

log = logger("archive")

EVERY = 1.0  # seconds between writes of segments into the database
ROWS = 1000  # segments that wait for a database; the journal has those beyond, too
STUCK = 5.0  # seconds a client is waited with for room in the journal
SAFE = 30.0  # seconds the disk may take for the last records


class Archive:
    def __init__(self, session: str, segments: Segments) -> None:
        self.session = session
        self.segments = segments
        self.journal: Journal | None = None
        self.number = 0  # of the last record in the journal
        self.late: deque[Record] = deque()  # for which the journal has no room at present
        self.rows: deque[Segment] = deque(maxlen=ROWS)
        self.moved: Callable[[], None] = lambda: None
        self.away = False
        self.changed = asyncio.Event()  # more is durable, or the disk refuses or takes again

    def begin(
        self, journals: Journals, generation: int, pos: int, seq: int, moved: Callable[[], None]
    ) -> None:
        """moved: told when more is durable, or the disk refuses or takes again.

        Raises Taken.
        """
        self.moved = moved
        self.journal = journals.begin(
            self.session, generation, pos=pos, seq=seq, watcher=self._watch
        )

    @property
    def durable(self) -> Durable:
        return self.journal.durable if self.journal else Durable()

    def append(self, record: Record) -> None:
        """Kept in order; never refused, as what comes in bulk asks for room before."""
        if self.journal is None or self.journal.closed:
            return
        if self.late:
            self.late.append(record)
            return
        try:
            self.number = self.journal.append(record)
        except JournalFull:
            self.late.append(record)

    def event(self, seq: int, event: Event, pos: int | None) -> None:
        self.append(entries.event_record(seq, event, pos))

    def segment(self, heard: Heard) -> None:
        """A segment to keep as a row; its event is in the journal."""
        self.rows.append(row(self.session, heard))

    async def room(self, size: int) -> None:
        """Returns when so many bytes may come. Raises TimeoutError."""
        journal = self.journal
        if journal is not None and (self.late or journal.spare() < size):
            async with asyncio.timeout(STUCK):
                while self.late:
                    await journal.room(STUCK)
                    self._catch_up()
                await journal.room(STUCK)

    async def safe(self) -> None:
        """Returns when all that was appended is durable. Raises JournalFull, TimeoutError."""
        journal = self.journal
        if journal is None:
            return
        self._catch_up()
        while self.late:
            if journal.durable.full:
                raise JournalFull(f"the disk takes nothing of {self.session}")
            await journal.room(SAFE)
            self._catch_up()
        await journal.synced(self.number, SAFE)

    async def seal(self, pos: int, seq: int) -> None:
        """The last record: nothing more comes. A disk that refuses is given some time.

        Raises TimeoutError.
        """
        self.append(Sealed(pos, seq))
        async with asyncio.timeout(SAFE):
            while True:
                self.changed.clear()
                with suppress(JournalFull):
                    return await self.safe()
                await self.changed.wait()

    def close(self) -> None:
        """Nothing more is appended; twice is as good as once."""
        if self.journal is not None and not self.journal.closed:
            self.journal.close()

    async def run(self) -> None:
        """Rows, each second, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await self.store()

    async def store(self) -> None:
        """Put what waits into the database; while it is away, the journal has it."""
        waiting = list(self.rows)
        if not waiting:
            return
        try:
            await self.segments.put(self.session, waiting)
        except StorageError as error:
            if not self.away:
                log.warning(
                    "segments wait for the database", session=self.session, error=str(error)
                )
            self.away = True
            return
        self.away = False
        for each in waiting:
            with suppress(ValueError):
                self.rows.remove(each)

    def _watch(self, durable: Durable) -> None:
        if self.late and not durable.full:
            self._catch_up()
        self.changed.set()
        self.moved()

    def _catch_up(self) -> None:
        journal = self.journal
        with suppress(JournalFull):
            while self.late and journal is not None and not journal.closed:
                self.number = journal.append(self.late[0])
                self.late.popleft()


def row(session: str, heard: Heard) -> Segment:
    """The better hearing is the text; the promise stays beside it."""
    best = heard.words if heard.better is None else heard.better
    return Segment(
        session=session,
        number=heard.utterance,
        start=heard.start,
        end=heard.end,
        text=text_of(best),
        words=best,
        confidence=heard.confidence,
        language=heard.language,
        live_text=None if heard.better is None else text_of(heard.words),
    )
