"""What no row knows of, and rows whose objects are gone: found, and removed where it is safe.

Safe beside servers at work: what is young is left alone, and what belongs to a session that is not
finished. Nothing of a whole store is in memory.
"""

import asyncio
import shutil
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from msgspec import Struct, field

from storage.journal.files import Places
from storage.journal.reader import sessions as sessions_with_journals
from storage.journal.writer import Journals
from storage.lifecycle import KEPT
from storage.open import Storage
from storage.ports import Objects
from storage.records import Artifact, Session, Stat, State

BATCH = 500
EXAMPLES = 5
HALF_SENT = timedelta(days=1)  # a put may take long
JOURNALS = "journal/"
TEMPORARY = ("finalizing/*", "probing/*", "secret.*.*")

OBJECTS = "objects without a row"
PARTS = "journal parts in the store"
LOCAL = "journals on this disk"
MISSING = "rows without an object"
FILES = "temporary files"

T = TypeVar("T")


class Tally(Struct):
    """What was found of a kind. bytes: of all found, where known."""

    found: int = 0
    removed: int = 0
    bytes: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, name: str, bytes: int, removed: bool) -> None:
        self.found += 1
        self.removed += removed
        self.bytes += bytes
        if len(self.examples) < EXAMPLES:
            self.examples.append(name)


Found = dict[str, Tally]


def counts(found: Found) -> dict[str, int]:
    """How many of each kind there were, if any."""
    return {kind: tally.found for kind, tally in found.items() if tally.found}


class Leftovers:
    def __init__(
        self, storage: Storage, data: Path, journals: Journals | None, dry_run: bool = False
    ) -> None:
        """data: the folder of this node. journals: of this process, if it has any: without them
        what lies on the disk is only told."""
        self._storage = storage
        self._data = data
        self._journals = journals
        self._dry = dry_run

    async def tidy(self, now: datetime, older: timedelta, rows: bool = False) -> Found:
        """older: what is younger is left alone. rows: ask for each artifact whether it is there.

        Raises StorageError, OSError; what was removed until then stays so.
        """
        found: Found = {kind: Tally() for kind in (OBJECTS, PARTS, LOCAL, FILES, MISSING)}
        before = now - older
        await self._objects(before, found)
        await self._journals_here(before, found[LOCAL])
        await self._files(before, found[FILES])
        if rows:
            await self._rows(found[MISSING])
        if not self._dry:
            await self._storage.objects.tidy(min(before, now - HALF_SENT))
        return found

    async def _objects(self, before: datetime, found: Found) -> None:
        async for some in batches(self._storage.objects.walk()):
            old = [stat for stat in some if stat.modified < before]
            parts = [stat for stat in old if stat.key.startswith(JOURNALS)]
            others = [stat for stat in old if not stat.key.startswith(JOURNALS)]
            await self._remove(await self._over(parts), found[PARTS])
            await self._remove(await self._unknown(others), found[OBJECTS])

    async def _over(self, parts: Sequence[Stat]) -> list[Stat]:
        """Parts of journals that nobody needs."""
        known = await self._sessions([_session_in(stat.key) for stat in parts])
        return [stat for stat in parts if needless(known.get(_session_in(stat.key)))]

    async def _unknown(self, stats: Sequence[Stat]) -> list[Stat]:
        """Objects that no row has, but for those of sessions that may still get their row."""
        keys = await self._storage.inventory.known([stat.key for stat in stats])
        strange = [stat for stat in stats if stat.key not in keys]
        known = await self._sessions([_session_in(stat.key) for stat in strange])
        return [stat for stat in strange if settled(known.get(_session_in(stat.key)))]

    async def _sessions(self, ids: Sequence[str]) -> dict[str, Session]:
        asked = sorted(set(ids))
        found = await self._storage.inventory.sessions(asked) if asked else ()
        return {session.id: session for session in found}

    async def _remove(self, stats: Sequence[Stat], tally: Tally) -> None:
        if not self._dry:
            await self._storage.objects.delete_many([stat.key for stat in stats])
        for stat in stats:
            tally.add(stat.key, stat.bytes, not self._dry)

    async def _journals_here(self, before: datetime, tally: Tally) -> None:
        places = Places(self._data / "journal")
        here = sorted(await sessions_with_journals(places.root, None))
        for first in range(0, len(here), BATCH):
            some = here[first : first + BATCH]
            known = await self._sessions(some)
            for id in (id for id in some if needless(known.get(id))):
                bytes, newest = await asyncio.to_thread(_measured, places.session(id))
                if newest is None or newest >= before:
                    continue  # in a log that is not cut yet, so written just now
                removes = self._journals is not None and not self._dry
                if self._journals and removes:
                    await self._journals.remove(id)
                tally.add(id, bytes, removes)

    async def _files(self, before: datetime, tally: Tally) -> None:
        for path in await asyncio.to_thread(_temporary, self._data):
            bytes, newest = await asyncio.to_thread(_measured, path)
            if newest is not None and newest < before:
                if not self._dry:
                    await asyncio.to_thread(_delete, path)
                tally.add(path.relative_to(self._data).as_posix(), bytes, not self._dry)

    async def _rows(self, tally: Tally) -> None:
        after = ("", "")
        while some := await self._storage.inventory.artifacts(BATCH, after):
            gone = await asyncio.gather(*(_gone(self._storage.objects, each) for each in some))
            for artifact, is_gone in zip(some, gone, strict=True):
                if is_gone:
                    tally.add(artifact.key, artifact.bytes, False)
            after = (some[-1].session, some[-1].name)


def needless(session: Session | None) -> bool:
    """Whether the session's journal serves nobody: there is no such session, or all was made of
    it, or it failed and its recording was kept long enough."""
    match session:
        case None:
            return True
        case Session(state=State.FAILED):
            return session.recording_until is None and session.transcript_until is not None
        case _:
            return session.state in (State.READY, State.EXPIRED, State.PURGED)


def settled(session: Session | None) -> bool:
    """Whether no row for an object of the session is still to come."""
    return session is None or session.state in (*KEPT, State.PURGED)


async def batches(all: AsyncIterable[T], size: int = BATCH) -> AsyncIterator[list[T]]:
    some: list[T] = []
    async for each in all:
        some.append(each)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some


async def _gone(objects: Objects, artifact: Artifact) -> bool:
    return await objects.stat(artifact.key) is None


def _session_in(key: str) -> str:
    """`owner/session/name`, and for journals `journal/session/part`."""
    pieces = key.split("/")
    return pieces[1] if len(pieces) > 2 else ""


def _temporary(data: Path) -> list[Path]:
    """Recordings that are being made, uploads that are looked at, drafts of our secret."""
    return [each for shape in TEMPORARY for each in data.glob(shape)]


def _measured(path: Path) -> tuple[int, datetime | None]:
    """Bytes of a file or of all in a folder, and when any of it was last written."""
    bytes, newest = 0, None
    for each in [path, *path.rglob("*")]:
        try:
            stat = each.stat()
        except FileNotFoundError:
            continue  # its owner has just finished with it
        bytes += 0 if each.is_dir() else stat.st_size
        newest = max(newest or 0.0, stat.st_mtime)
    return bytes, None if newest is None else datetime.fromtimestamp(newest, UTC)


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
