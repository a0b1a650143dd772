"""One server or worker, started, killed and started again on the same folder and port."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from benchmarks.run.serve import toml
from benchmarks.run.settings import Sections
from server.commands.child import ENDS_WITH_US, ServerDied, obituary, stop, tail

START = 120.0  # seconds to be ready
STOP = 45.0  # seconds to end in order
SERVER, WORKER = "benchmarks.chaos.server", "benchmarks.chaos.worker"

Step = Callable[[str], None]


class Life:
    """One process, from its start to its end. took: seconds until it was ready."""

    def __init__(self, process: Process, log: Path, step: Step) -> None:
        """step: told each step that the process tells of."""
        self.process = process
        self.log = log
        self.step = step
        self.ready = asyncio.Event()
        self.began = asyncio.get_running_loop().time()
        self.took: float | None = None
        self.silent = False  # nothing comes from it any more
        self.reading = asyncio.create_task(self._read())

    async def started(self) -> None:
        """Raises ServerDied."""
        with suppress(TimeoutError):
            async with asyncio.timeout(START):
                await self.ready.wait()
        if self.silent:
            raise ServerDied(obituary(await self.process.wait(), self.log))
        if not self.ready.is_set():
            raise ServerDied(f"the server was not ready after {START:g} s\n{tail(self.log)}")

    async def kill(self) -> None:
        """At once, with nothing told to it; returns when it is gone."""
        with suppress(ProcessLookupError):
            self.process.kill()
        await self._gone()

    async def stop(self) -> None:
        """In order."""
        await stop(self.process, STOP)
        await self._gone()

    async def _gone(self) -> None:
        await self.process.wait()
        await self.reading

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            word, _, rest = line.decode().strip().partition(" ")
            if word == "ready":
                self.took = asyncio.get_running_loop().time() - self.began
                self.ready.set()
            elif word == "step":
                self.step(rest)
        self.silent = True
        self.ready.set()  # whoever waits looks at why


class Server:
    """url: where it listens, whenever it does."""

    def __init__(self, folder: Path, sections: Sections, module: str = SERVER) -> None:
        """sections: settings beside address and folder. module: what runs as the process."""
        self.module = module
        self.folder = folder
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "log"
        self.config = folder / "settings.toml"
        server = {"host": "127.0.0.1", "port": port, **sections.get("server", {})}
        storage = {"data_dir": str(folder / "data"), **sections.get("storage", {})}
        self.config.write_text(toml({**sections, "server": server, "storage": storage}))

    async def start(self, step: Step = lambda _: None) -> Life:
        """A process that will be ready."""
        guard = (sys.executable, "-I", "-S", str(ENDS_WITH_US))
        account = (str(os.geteuid()), str(os.getegid()), str(os.getpid()))
        with self.log.open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                *(*guard, *account, sys.executable, "-m", self.module, str(self.config)),
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=errors,
                start_new_session=True,  # Ctrl-C is for us
            )
        return Life(process, self.log, step)

    @asynccontextmanager
    async def running(self, step: Step = lambda _: None) -> AsyncIterator[Life]:
        """Ready, and stopped at the end of the block. Raises ServerDied."""
        life = await self.start(step)
        try:
            await life.started()
            yield life
        finally:
            await life.stop()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
