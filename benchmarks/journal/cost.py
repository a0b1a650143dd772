"""What journals cost this machine: sessions that append as live ones do, and nothing else."""

import asyncio
import os
import time
from pathlib import Path

from msgspec import Struct

from storage.folder import FolderObjects
from storage.journal.handle import Journal
from storage.journal.records import Audio
from storage.journal.writer import JournalPolicy, journaling

FRAME = 640  # bytes: 20 ms of 16 kHz PCM
EVERY = 0.02  # seconds


class Cost(Struct, frozen=True):
    """core: share of one core, of this process, pacing included. idle: the pacing alone.

    p50, p95: seconds from an append until it is on the disk.
    """

    core: float
    idle: float
    p50: float
    p95: float


async def measure(
    folder: Path, sessions: int, seconds: float, policy: JournalPolicy, upload: bool
) -> Cost:
    """Paced like live sessions: each appends a frame of 20 ms every 20 ms."""
    idle = await _paced([], sessions, seconds)
    delays: list[float] = []
    objects = FolderObjects(folder / "objects") if upload else None
    async with journaling(folder / "journal", objects, policy) as journals:
        opened = [journals.begin(f"s{number}", 1) for number in range(sessions)]
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(_watched(opened[0], delays))
            core = await _paced(opened, sessions, seconds)
            watch.cancel()
    delays.sort()
    return Cost(core, idle, delays[len(delays) // 2], delays[len(delays) * 95 // 100])


async def _paced(opened: list[Journal], sessions: int, seconds: float) -> float:
    loop, data = asyncio.get_running_loop(), os.urandom(FRAME)
    began, used = loop.time(), time.process_time()
    # One wake-up a millisecond with its share of the sessions, as sockets would bring them.
    for tick in range(int(seconds / EVERY)):
        for part in range(20):
            await asyncio.sleep(max(0.0, began + tick * EVERY + part / 1000 - loop.time()))
            for journal in opened[part::20]:
                journal.append(Audio(tick * FRAME, (tick + 1) * FRAME, data))
    return (time.process_time() - used) / (loop.time() - began)


async def _watched(journal: Journal, delays: list[float]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        number, began = journal.append(Audio(0, 0, b"")), loop.time()
        await journal.synced(number, 10)
        delays.append(loop.time() - began)
