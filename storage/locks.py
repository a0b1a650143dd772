"""A lock file that ends with its owner, however that ends. Not for network file systems."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from storage.errors import Unusable

PAUSE = 0.02  # seconds between two attempts


@asynccontextmanager
async def held(path: Path, timeout: float, refusal: str) -> AsyncIterator[int]:
    """Holds the file for this process, and for children that are given the handle it yields.

    timeout: seconds to wait for whoever holds it now.
    Raises Unusable, with `refusal` as its message.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        await _lock(handle, timeout, refusal)
        yield handle
    finally:
        os.close(handle)


async def _lock(handle: int, timeout: float, refusal: str) -> None:
    deadline = asyncio.get_running_loop().time() + timeout
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if asyncio.get_running_loop().time() >= deadline:
                raise Unusable(refusal) from None
        await asyncio.sleep(PAUSE)
