"""Journals as they lie: on this machine, in the object store, or partly in each. Only reads.

A part that is here and there is taken from here. A record is given once, although a log that is
cut while it is read, or was written again after a failure, holds it twice.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from storage.errors import Missing
from storage.journal.cut import runs
from storage.journal.files import Places, checked, generation_of, key, prefix
from storage.journal.records import Owner, Record, Removed, decode
from storage.ports import Objects


async def load(folder: Path, objects: Objects | None, session: str) -> AsyncIterator[Record]:
    """The session's records in order, one part in memory at a time; none when there is no journal.

    What another owner took down and could not upload does not count, even if it lies here: then
    `pos` jumps at the next `Opened`, or goes back where the client has sent that audio again.
    Raises BadKey, BadJournal, and the errors of the object store.
    """
    places, once = Places(folder), Once(checked(session))
    with ExitStack() as stack:
        # Opened before the parts are listed: a log that is cut meanwhile can still be read here.
        logs = await asyncio.to_thread(_opened, places, stack)
        for name in await _names(places, objects, session):
            for record in once.of(await _part(places, objects, session, name)):
                yield record
        for record in once.of(await asyncio.to_thread(_newest, logs, session)):
            yield record


async def sessions(folder: Path, objects: Objects | None) -> set[str]:
    """Who has a journal here or in the store. Raises the errors of the object store."""
    places = Places(folder)
    found = await asyncio.to_thread(_local, places)
    stored = await objects.list("journal/") if objects else ()
    return found | {path.split("/")[1] for path in stored}


async def remove_stored(objects: Objects, session: str) -> None:
    """The parts in the store; may be told twice. Raises the errors of the object store."""
    for path in await objects.list(prefix(checked(session))):
        await objects.delete(path)


class Once:
    """The records of one session, each once."""

    def __init__(self, session: str) -> None:
        self._session = session
        self._next = (0, 0)  # generation and number of the record that is to come

    def of(self, data: bytes) -> Iterator[Record]:
        """Those in the next log or part. Raises BadJournal."""
        for mark, run in runs(data):
            if isinstance(mark, Owner) and mark.session == self._session:
                yield from self._fresh(mark, run)

    def _fresh(self, mark: Owner, run: memoryview) -> Iterator[Record]:
        lines, _ = decode(bytes(run))
        for number, line in enumerate(lines[1:], mark.first):
            if (mark.generation, number) >= self._next and not isinstance(line, Owner | Removed):
                self._next = (mark.generation, number + 1)
                yield line


def _opened(places: Places, stack: ExitStack) -> list[BinaryIO]:
    logs: list[BinaryIO] = []
    for path in places.logged():
        try:
            logs.append(stack.enter_context(path.open("rb")))
        except FileNotFoundError:
            continue  # it was cut just now, so its parts are there
    return logs


def _newest(logs: list[BinaryIO], session: str) -> bytes:
    """What the logs have of the session since it was last removed."""
    found: list[bytes] = []
    for log in logs:
        for mark, run in runs(log.read()):
            if mark.session == session:
                if isinstance(mark, Removed):
                    found.clear()
                else:
                    found.append(bytes(run))
    return b"".join(found)


async def _names(places: Places, objects: Objects | None, session: str) -> list[str]:
    """An owner's parts reach the store in order, and before those of the next one; what an owner
    never brought there before it was overtaken does not count."""
    here = await asyncio.to_thread(places.names, session)
    stored = await objects.list(prefix(session)) if objects else ()
    there = {path.removeprefix(prefix(session)) for path in stored}
    newest = max(map(generation_of, there), default=0)
    return sorted(there | {name for name in here if generation_of(name) >= newest})


async def _part(places: Places, objects: Objects | None, session: str, name: str) -> bytes:
    try:
        return await asyncio.to_thread(places.part(session, name).read_bytes)
    except FileNotFoundError:
        if objects is None:
            raise Missing(f"part {name} of journal {session}") from None
    return b"".join([piece async for piece in objects.open(key(session, name))])


def _local(places: Places) -> set[str]:
    found = places.sessions()
    for log in places.logged():
        try:
            data = log.read_bytes()
        except FileNotFoundError:
            found |= places.sessions()
            continue
        for mark, _ in runs(data):
            (found.add if isinstance(mark, Owner) else found.discard)(mark.session)
    return found
