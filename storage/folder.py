"""Objects as files in a folder. Not for several machines, unless they share a file system."""

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from io import FileIO
from itertools import islice
from pathlib import Path
from stat import S_ISREG
from threading import Lock
from typing import BinaryIO

from storage.disk import sync
from storage.errors import BadKey, Missing, Unavailable
from storage.keys import checked, checked_prefix, checked_type, is_key
from storage.pieces import PIECE, lots, of_bytes, of_file
from storage.records import Blob, Signed, Stat

LOT = 1 << 20  # bytes written at a time
SOME = 1000  # files looked at in one go
INCOMING = ".incoming"  # no key begins with a dot, so none names what is in here

ABSENT = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
CLASH = (FileExistsError, NotADirectoryError, IsADirectoryError)


class FolderObjects:
    """The port `Objects`. Blocking work is done in threads. No key is the folder of another."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put_stream(
        self, key: str, pieces: AsyncIterator[bytes], content_type: str, limit: int | None = None
    ) -> Blob:
        path, content_type = self._path(key), checked_type(content_type)
        incoming = Incoming(self._root / INCOMING)
        try:
            async with aclosing(lots(pieces, LOT, limit)) as all_lots:
                async for lot in all_lots:
                    await asyncio.to_thread(incoming.write, lot)
            return await asyncio.to_thread(incoming.become, path, key, content_type)
        finally:
            await asyncio.to_thread(incoming.discard)

    async def put_file(self, key: str, path: Path, content_type: str) -> Blob:
        async with aclosing(of_file(path)) as pieces:
            return await self.put_stream(key, pieces, content_type)

    async def put_bytes(self, key: str, data: bytes, content_type: str) -> Blob:
        return await self.put_stream(key, of_bytes(data), content_type)

    async def open(
        self, key: str, start: int = 0, length: int | None = None
    ) -> AsyncIterator[bytes]:
        path = self._path(key)
        with _available():
            try:
                file = await asyncio.to_thread(path.open, "rb")
            except ABSENT as error:
                raise Missing(f"no object {key}") from error
        with file:
            file.seek(start)
            left = length
            while piece := await asyncio.to_thread(_read, file, _most(left)):
                yield piece
                left = None if left is None else left - len(piece)

    async def stat(self, key: str) -> Stat | None:
        return await asyncio.to_thread(_stat, self._path(key), key)

    async def delete(self, key: str) -> None:
        await self.delete_many([key])

    async def delete_many(self, keys: Sequence[str]) -> None:
        await asyncio.to_thread(_remove, [self._path(key) for key in keys])

    async def list(self, prefix: str = "") -> Sequence[str]:
        return sorted([found.key async for found in self.walk(prefix)])

    async def walk(self, prefix: str = "") -> AsyncIterator[Stat]:
        found = _found(self._root, checked_prefix(prefix))
        while some := await asyncio.to_thread(list, islice(found, SOME)):
            for stat in some:
                yield stat

    def signed_put(
        self, key: str, content_type: str, bytes: int, expires: timedelta
    ) -> Signed | None:
        checked(key)
        checked_type(content_type)
        return None

    def signed_get(
        self, key: str, expires: timedelta, filename: str | None = None
    ) -> Signed | None:
        checked(key)
        return None

    async def tidy(self, before: datetime) -> None:
        await asyncio.to_thread(_tidy, self._root / INCOMING, before.timestamp())

    def _path(self, key: str) -> Path:
        return self._root / checked(key)


class Incoming:
    """A file that is not an object yet. Methods block and raise Unavailable.

    One at a time, also when whoever began one has been cancelled and does not wait for its end.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / secrets.token_hex(16)
        self._file: FileIO | None = None
        self._digest, self._bytes = hashlib.sha256(), 0
        self._turn, self._over = Lock(), False

    def write(self, data: bytes) -> None:
        with self._turn, _available():
            self._digest.update(data)
            self._bytes += len(data)
            rest = memoryview(data)
            while rest:
                rest = rest[self._open().write(rest) :]

    def become(self, path: Path, key: str, content_type: str) -> Blob:
        """Raises BadKey when another key is in the way."""
        with self._turn, _available():
            os.fsync(self._open())
            try:
                _make(path.parent)
                self._path.replace(path)
            except CLASH as error:
                raise BadKey(f"{key} is the folder of another key, or below one") from error
            sync(path.parent)
        return Blob(key, content_type, self._bytes, self._digest.hexdigest())

    def discard(self) -> None:
        """What is left of it, if it became nothing."""
        with self._turn, _available():
            self._over = True
            if self._file:
                self._file.close()
                self._path.unlink(missing_ok=True)

    def _open(self) -> FileIO:
        if self._over:
            raise Unavailable("given up")
        if self._file is None:
            _make(self._path.parent)
            self._file = FileIO(self._path, "xb")
        return self._file


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(f"the folder of objects cannot be used: {error}") from error


def _read(file: BinaryIO, most: int) -> bytes:
    with _available():
        return file.read(most)


def _most(left: int | None) -> int:
    return PIECE if left is None else min(PIECE, left)


def _make(folder: Path) -> None:
    """Makes the folder and those above it, and has the disk remember each."""
    if folder.is_dir():
        return
    _make(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync(folder.parent)


def _stat(path: Path, key: str) -> Stat | None:
    with _available():
        try:
            found = path.stat()
        except ABSENT:
            return None
    if not S_ISREG(found.st_mode):
        return None
    return Stat(key, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))


def _found(root: Path, prefix: str) -> Iterator[Stat]:
    """A walk, of which the names in one folder at a time are in memory."""
    folder, _, name = prefix.rpartition("/")
    top = root / folder
    for at, folders, files in os.walk(top):
        if Path(at) == top:
            folders[:] = [inner for inner in folders if inner.startswith(name)]
        for file in files:
            path = Path(at, file)
            key = path.relative_to(root).as_posix()
            if key.startswith(prefix) and is_key(key) and (stat := _stat(path, key)):
                yield stat


def _remove(paths: Sequence[Path]) -> None:
    with _available():
        there = [path for path in paths if path.is_file()]
        for path in there:
            path.unlink(missing_ok=True)
        for folder in {path.parent for path in there}:
            sync(folder)


def _tidy(incoming: Path, before: float) -> None:
    for path in incoming.glob("*"):
        with _available(), suppress(FileNotFoundError):  # its owner has just finished with it
            if path.stat().st_mtime < before:
                path.unlink()
