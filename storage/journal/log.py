"""The log that all sessions of a node share, so that one sync serves all. Blocking; one thread.

Each process begins logs of its own and never appends to one that it found.
"""

import errno
import os
from contextlib import suppress

from storage.disk import sync
from storage.journal.files import Places, number_of


class Log:
    """Goes on from file to file; a new one is begun when something is written."""

    def __init__(self, places: Places, reserve: int = 0) -> None:
        """reserve: bytes of the disk that are left to others."""
        self.size = 0  # bytes of the open file that are on the disk for certain
        self._places = places
        self._reserve = reserve
        self._number = max(map(number_of, places.logged()), default=0)
        self._handle: int | None = None

    def write(self, data: bytes) -> None:
        """Returns when all of it is on the disk.

        Raises OSError; then the same may be written again, and will be in another file: when a
        sync has failed, the kernel may forget the pages and call the next sync a success.
        """
        self._leave_room()
        if self._handle is None:
            self._handle = self._begin()
        try:
            _write(self._handle, data)
        except OSError:
            self._give_up(self._handle)
            raise
        self.size += len(data)

    def rotate(self) -> int:
        """Ends the open file, if any; no log up to the number given is written any more."""
        if self._handle is not None:
            os.close(self._handle)
        self._handle, self.size = None, 0
        return self._number

    def _leave_room(self) -> None:
        disk = os.statvfs(self._places.root)
        if disk.f_bavail * disk.f_frsize < self._reserve:
            raise OSError(errno.ENOSPC, f"less than {self._reserve} bytes are free")

    def _begin(self) -> int:
        self._number += 1
        path = self._places.log(self._number)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
        try:
            sync(path.parent)
        except OSError:
            os.close(handle)
            raise
        return handle

    def _give_up(self, handle: int) -> None:
        """What failed is cut off where the disk allows; if it stays, readers see it twice."""
        with suppress(OSError):
            os.ftruncate(handle, self.size)
        if not self.size:
            with suppress(OSError):
                self._places.log(self._number).unlink()
        self.rotate()


def _write(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
    os.fdatasync(handle)
