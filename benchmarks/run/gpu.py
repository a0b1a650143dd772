"""What the accelerators of this machine do, as `nvidia-smi` tells. Changes nothing.

Its figures are those of the whole machine: inside a container it cannot tell processes apart.
"""

import asyncio
import shutil
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress

from msgspec import Struct

TOOL = "nvidia-smi"
QUERY = ("--query-gpu=memory.used,utilization.gpu", "--format=csv,noheader,nounits")
EVERY = 2.0  # seconds between two looks: each starts a process
PATIENCE = 10.0  # seconds that one look may take


class Load(Struct, frozen=True):
    """memory: MiB in use, of all devices. busy: percent of the time, of the busiest."""

    memory: float
    busy: float


class Gpu:
    """Samples until it is told to stop; finds nothing where there is no such tool."""

    def __init__(self) -> None:
        self._memory = self._busy = 0.0
        self._looks = 0

    async def run(self) -> None:
        """Look until cancelled. Ends by itself where there is nothing to see."""
        tool = shutil.which(TOOL)
        while tool is not None:
            said = await _ask(tool)
            if said is None or (load := parse(said)) is None:
                return
            self._memory = max(self._memory, load.memory)
            self._busy += load.busy
            self._looks += 1
            await asyncio.sleep(EVERY)

    def usage(self) -> Load | None:
        """Memory at the peak, busy on average; None without a device."""
        return Load(self._memory, self._busy / self._looks) if self._looks else None


def parse(said: str) -> Load | None:
    """The answer to QUERY, a line for each device; None when it is not one."""
    try:
        found = [[float(cell) for cell in line.split(",")] for line in said.splitlines()]
        return Load(sum(memory for memory, _ in found), max(busy for _, busy in found))
    except ValueError:
        return None


async def _ask(tool: str) -> str | None:
    process = await asyncio.create_subprocess_exec(tool, *QUERY, stdout=PIPE, stderr=DEVNULL)
    try:
        async with asyncio.timeout(PATIENCE):
            said, _ = await process.communicate()
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return said.decode(errors="replace") if process.returncode == 0 else None
