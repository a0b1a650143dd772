"""Objects as files in a folder. Not for several machines, unless they share a file system."""

import asyncio
import hashlib
import os
import re
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

from storage.disk import sync
from storage.errors import BadKey, Missing
from storage.records import Blob, Stat

PIECE = 1 << 18  # bytes read or copied at a time
LONGEST = 512  # characters of a key
INCOMING = ".incoming"  # no key begins with a dot, so none names what is in here

NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}"
KEY = re.compile(rf"{NAME}(/{NAME})*")
PREFIX = re.compile(rf"({NAME}/)*({NAME})?")


class FolderObjects:
    """The port `Objects`. Blocking work is done in threads.

    A key is names of letters, digits and `_ . -` with slashes in between; no name begins
    with a dot, and no key is the folder of another.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put_file(self, key: str, path: Path, content_type: str) -> Blob:
        def copy(out: BinaryIO) -> tuple[int, str]:
            with path.open("rb") as source:
                return _copy(source, out)

        return await asyncio.to_thread(self._put, key, content_type, copy)

    async def put_bytes(self, key: str, data: bytes, content_type: str) -> Blob:
        def write(out: BinaryIO) -> tuple[int, str]:
            out.write(data)
            return len(data), hashlib.sha256(data).hexdigest()

        return await asyncio.to_thread(self._put, key, content_type, write)

    async def open(
        self, key: str, start: int = 0, length: int | None = None
    ) -> AsyncIterator[bytes]:
        path = self._path(key)
        try:
            file = await asyncio.to_thread(path.open, "rb")
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise Missing(f"no object {key}") from error
        with file:
            file.seek(start)
            left = length
            while piece := await asyncio.to_thread(file.read, _most(left)):
                yield piece
                left = None if left is None else left - len(piece)

    async def stat(self, key: str) -> Stat | None:
        size = await asyncio.to_thread(_size, self._path(key))
        return None if size is None else Stat(key, size)

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(_remove, self._path(key))

    async def list(self, prefix: str = "") -> Sequence[str]:
        if len(prefix) > LONGEST or not PREFIX.fullmatch(prefix):
            raise BadKey(f"no key begins so: {prefix[:LONGEST]!r}")
        return await asyncio.to_thread(self._list, prefix)

    async def sweep(self, before: float) -> None:
        """Removes what killed servers left half copied, if last written to `before` (Unix time)."""
        await asyncio.to_thread(_sweep, self._root / INCOMING, before)

    def _path(self, key: str) -> Path:
        if len(key) > LONGEST or not KEY.fullmatch(key):
            raise BadKey(f"not a key: {key[:LONGEST]!r}")
        return self._root / key

    def _put(
        self, key: str, content_type: str, write: Callable[[BinaryIO], tuple[int, str]]
    ) -> Blob:
        path = self._path(key)
        _make(path.parent)
        _make(self._root / INCOMING)
        incoming = self._root / INCOMING / secrets.token_hex(16)
        try:
            with incoming.open("xb") as out:
                size, digest = write(out)
                out.flush()
                os.fsync(out.fileno())
            incoming.replace(path)
        finally:
            incoming.unlink(missing_ok=True)
        sync(path.parent)
        return Blob(key, content_type, size, digest)

    def _list(self, prefix: str) -> Sequence[str]:
        folder = self._root / prefix.rpartition("/")[0]
        files = (path for path in folder.rglob("*") if path.is_file())
        keys = (path.relative_to(self._root).as_posix() for path in files)
        return sorted(key for key in keys if key.startswith(prefix) and KEY.fullmatch(key))


def _copy(source: BinaryIO, out: BinaryIO) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    while piece := source.read(PIECE):
        out.write(piece)
        digest.update(piece)
        size += len(piece)
    return size, digest.hexdigest()


def _most(left: int | None) -> int:
    return PIECE if left is None else min(PIECE, left)


def _make(folder: Path) -> None:
    """Makes the folder and those above it, and has the disk remember each."""
    if folder.is_dir():
        return
    _make(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync(folder.parent)


def _size(path: Path) -> int | None:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_size if S_ISREG(found.st_mode) else None


def _remove(path: Path) -> None:
    if path.is_file():
        path.unlink(missing_ok=True)
        sync(path.parent)


def _sweep(incoming: Path, before: float) -> None:
    for path in incoming.glob("*"):
        with suppress(FileNotFoundError):  # its owner has just finished with it
            if path.stat().st_mtime < before:
                path.unlink()
