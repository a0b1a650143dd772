"""A look into a file that the object store has, without fetching all of it.

Its beginning and its end are enough: containers have their headers in either. In between there
is a hole of the right size in the copy that is looked at, which takes no room on the disk. What
is in the middle, only a worker will hear.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from server.audio.decoding import DecoderLost, Found, Limits, TooLong, UnreadableAudio, probe
from server.audio.kinds import HEAD, named
from server.routes.problems import Problem
from storage.ports import Objects

EDGE = 8 << 20  # bytes of the beginning, and of the end
PERHAPS = ("a damaged", "an MP4", "unknown")  # kinds that are audio when they are whole
TURN = 60.0  # seconds to wait for others that are looked into


def credible(found: Found, size: int) -> float | None:
    """The seconds that a file says it has, where it can: of plain samples each takes a byte.

    Recorders that do not know the length when they begin write the greatest number there is.
    """
    if found.seconds is None or not found.codec.startswith("pcm_"):
        return found.seconds
    return min(found.seconds, size / (found.rate * found.channels))


class Prober:
    """At most so many at once; the others wait for their turn, but not long."""

    def __init__(self, objects: Objects, folder: Path, limits: Limits, at_once: int) -> None:
        """folder: for the copies."""
        self._objects = objects
        self._folder = folder
        self._limits = limits
        self._turns = asyncio.Semaphore(at_once)

    async def look(self, key: str, size: int) -> Found | None:
        """What an object of so many bytes holds; None: that can only be said by reading it all.

        Raises BadAudio, Problem when there is no turn to be had, Missing, Unavailable, OSError.
        """
        async with self._turn():
            await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
            with TemporaryDirectory(dir=self._folder) as folder:
                path = Path(folder, "edges")
                await self._copy(key, size, path)
                found = await self._found(path, whole=size <= 2 * EDGE)
        seconds = credible(found, size) if found else None
        if seconds is not None and seconds > self._limits.seconds:
            raise TooLong(f"it says that it has {seconds:.0f} s of audio", found)
        return found

    async def _found(self, path: Path, whole: bool) -> Found | None:
        try:
            return await probe(path, self._limits)
        except DecoderLost:
            return None
        except UnreadableAudio:
            with path.open("rb") as file:
                kind = named(file.read(HEAD))
            if whole or not kind.startswith(PERHAPS):
                raise
            return None  # what would have said more may be in the middle

    async def _copy(self, key: str, size: int, path: Path) -> None:
        with path.open("wb") as file:
            await self._piece(file, key, 0, min(size, EDGE))
            if size > EDGE:
                start = max(EDGE, size - EDGE)
                file.truncate(size)
                await self._piece(file, key, start, size - start)

    async def _piece(self, file: BinaryIO, key: str, start: int, length: int) -> None:
        file.seek(start)
        async for piece in self._objects.open(key, start, length):
            await asyncio.to_thread(file.write, piece)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(TURN):
                await self._turns.acquire()
        except TimeoutError:
            later = {"retry-after": "30"}
            raise Problem(503, "busy", "too many files are looked into", headers=later) from None
        try:
            yield
        finally:
            self._turns.release()
