"""The server that these runs talk to: a process of its own, on an empty folder."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
from msgspec import Struct

from benchmarks.chaos.process import Server
from benchmarks.run.talks import sections

MEDIA = "server.webrtc"  # what the process of media has in its command line


BEFORE = 8


class Served(Struct, frozen=True):
    url: str
    pid: int


@asynccontextmanager
async def served(folder: Path, calls: int = 1, model: str | None = None) -> AsyncIterator[Served]:
    """Ready, and stopped at the end of the block. calls: that it has to have room for, with as
    many sessions besides, and some that are not quite over yet. Raises ServerDied."""
    room = {
        "server": {"max_sessions": 2 * calls + BEFORE},
        "webrtc": {"loopback": True, "max_calls": calls + BEFORE},
    }
    server = Server(folder, {**room, **sections(model)})
    async with server.running() as life:
        yield Served(server.url, life.process.pid)


def media(pid: int) -> psutil.Process | None:
    """The process of media of this server; there is none before the first call."""
    children = psutil.Process(pid).children(recursive=True)
    return next((one for one in children if _is_media(one)), None)


def _is_media(process: psutil.Process) -> bool:
    try:
        return any(MEDIA in part for part in process.cmdline())
    except psutil.Error:
        return False
