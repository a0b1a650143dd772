"""One session's journal in the hands of the node that owns it. Keeps bytes; writes no file."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from storage.errors import StorageError
from storage.journal.pending import Pending, weight
from storage.journal.records import Audio, Event, Gap, Owner, Record, encode


class JournalFull(StorageError):
    """The disk takes nothing at present, or more waits for it than may; later it may."""


class Durable(Struct, frozen=True):
    """How far a journal survives whatever happens to this process and this machine.

    number: records on the disk. pos: the client's position. seq: of the last event.
    full: the disk refuses at present; what is on it stays.
    """

    number: int = 0
    pos: int = 0
    seq: int = 0
    full: bool = False


Watcher = Callable[[Durable], None]


class Share(Struct, frozen=True):
    """What of a journal goes to the disk next, and how far the journal will be then."""

    data: bytes
    reached: Durable
    size: int  # bytes that it was counted as


class Node(Protocol):
    """What a journal needs of the node that writes it."""

    def spare(self) -> int:
        """Bytes that may still wait for the disk, of all sessions together."""
        ...

    def appended(self, journal: "Journal", size: int) -> None: ...

    def closed(self, journal: "Journal") -> None: ...


class Journal:
    """Made by `Journals.begin`; `durable` is how far it is kept."""

    def __init__(
        self, session: str, generation: int, begun: Durable, most: int, watcher: Watcher, node: Node
    ) -> None:
        self.session = session
        self.durable = begun
        self.stored: int | None = None  # position up to which the store has it, if there is one
        self.closed = False
        self.waiting = 0  # bytes that are not on the disk, those on their way too
        self._generation = generation
        self._most = most
        self._watcher = watcher
        self._node = node
        self._pending = Pending()
        self._number, self._pos, self._seq = begun.number, begun.pos, begun.seq  # all given
        self._changed: asyncio.Event | None = None  # only while somebody waits

    def append(self, record: Record) -> int:
        """The number of the record that has it; it goes to the disk with the next sync. Never
        blocks. Audio that follows audio goes into one record with it while both wait.

        Raises JournalFull when too much waits, ValueError after `close` or for a huge record.
        """
        if self.closed:
            raise ValueError(f"the journal of {self.session} is closed")
        if isinstance(record, Audio):
            self._refuse_beyond(size := weight(record))
            self._number += self._pending.audio(record, size)
            self._pos = record.end
        else:
            frame = encode(record)
            self._refuse_beyond(size := len(frame))
            self._number += self._pending.frame(frame)
            self._note(record)
        self.waiting += size
        self._node.appended(self, size)
        return self._number

    def spare(self) -> int:
        """Bytes that may be appended now."""
        return min(self._most - self.waiting, self._node.spare())

    async def room(self, timeout: float) -> None:
        """Returns when half of what may wait is free. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            while self.spare() < self._most // 2:
                await self._change()

    async def synced(self, number: int, timeout: float) -> Durable:
        """Returns when the record of that number is on the disk.

        Raises JournalFull as soon as the disk refuses, TimeoutError.
        """
        async with asyncio.timeout(timeout):
            while self.durable.number < number:
                if self.durable.full:
                    raise JournalFull(f"the disk takes nothing of {self.session}")
                await self._change()
        return self.durable

    async def drained(self, timeout: float) -> None:
        """Returns when all that was appended is on the disk. Raises as `synced`."""
        await self.synced(self._number, timeout)

    def close(self) -> None:
        """Nothing more is appended; what was appended is still written."""
        self.closed = True
        self._node.closed(self)

    def take(self) -> Share:
        """For the node: all that was appended since the last time."""
        first = self._number - len(self._pending) + 1
        mark = encode(Owner(self.session, self._generation, first))
        frames, size = self._pending.take()
        reached = Durable(self._number, self._pos, self._seq)
        return Share(b"".join([mark, *frames]), reached, size)

    def written(self, share: Share) -> None:
        """For the node: this is on the disk."""
        self.waiting -= share.size
        self._tell(share.reached)

    def refused(self, full: bool) -> None:
        """For the node: the disk refuses, or takes again."""
        if full != self.durable.full:
            self._tell(replace(self.durable, full=full))

    def _tell(self, durable: Durable) -> None:
        self.durable = durable
        if self._changed:
            self._changed.set()
            self._changed = None
        self._watcher(durable)

    def _note(self, record: Record) -> None:
        match record:
            case Gap(start, length):
                self._pos = start + length
            case Event(seq=seq):
                self._seq = seq

    def _refuse_beyond(self, size: int) -> None:
        if size > self.spare():
            raise JournalFull(f"{self.waiting} bytes of {self.session} wait for the disk")

    async def _change(self) -> None:
        self._changed = self._changed or asyncio.Event()
        await self._changed.wait()
