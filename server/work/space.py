"""A folder on this machine for the files of one worker, gone when the worker is gone.

Several workers may share a data folder: each holds a lock in its own, and whoever begins
removes those that nobody holds.
"""

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from shutil import rmtree

from storage.locks import held

LOCK = "lock"
WAIT = 30.0  # seconds another worker may take to begin


@asynccontextmanager
async def space(home: Path, name: str) -> AsyncIterator[Path]:
    """`home / name`, empty. Raises Unusable, OSError."""
    folder = home / name
    await asyncio.to_thread(home.mkdir, parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        async with held(home / LOCK, WAIT, f"{home} is locked by another process"):
            await asyncio.to_thread(_tidy, home)
            await asyncio.to_thread(folder.mkdir)
            own = held(folder / LOCK, 0.0, f"{folder} is another worker's")
            await stack.enter_async_context(own)
        try:
            yield folder
        finally:
            await asyncio.to_thread(rmtree, folder, True)


def _tidy(home: Path) -> None:
    for folder in [each for each in home.iterdir() if each.is_dir()]:
        if not _locked(folder / LOCK):
            rmtree(folder, ignore_errors=True)


def _locked(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
