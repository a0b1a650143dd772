"""A server as a child process: started, awaited, stopped, and never left behind.

Talks to nobody; what it serves is for others to ask.
"""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import storage

READY = 180.0  # seconds to start: making a database, unpacking weights, warming up
STOP = 45.0  # seconds to end: running sessions get 30 of them
TAIL = 15  # lines of the log that a failure shows
LINE = 400  # characters of each

ENDS_WITH_US = Path(storage.__file__).with_name("child.py")


class ServerDied(Exception):
    """The server did not start, or ended by itself; the message has the end of its log."""


class Child:
    """url: where it listens."""

    def __init__(self, process: Process, log: Path, url: str) -> None:
        self.process = process
        self.log = log
        self.url = url

    @property
    def died(self) -> ServerDied | None:
        """Why it is no more; None while it runs."""
        code = self.process.returncode
        return None if code is None else ServerDied(obituary(code, self.log))


def serve_command(data_dir: Path, *more: str) -> list[str]:
    """The server of this environment on a free port of this machine, with `more` options."""
    start = "from server.commands import main; main(prog_name='captionflow')"
    place = ("--host", "127.0.0.1", "--port", "0", "--data-dir", str(data_dir))
    return [sys.executable, "-c", start, "serve", *place, *more]


@asynccontextmanager
async def serving(
    command: Sequence[str], log: Path, timeout: float = READY
) -> AsyncIterator[Child]:
    """Run the command, whose errors go to `log`, until the block ends or this process does.

    It has to print `ready URL`. Raises ServerDied when it ends before, or takes longer.
    """
    guard = (sys.executable, "-I", "-S", str(ENDS_WITH_US))
    account = (str(os.geteuid()), str(os.getegid()), str(os.getpid()))
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *(*guard, *account, *command),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=errors,
            start_new_session=True,  # Ctrl-C is for us, who tell it when we are done with it
        )
    try:
        yield Child(process, log, await _ready(process, log, timeout))
    finally:
        await stop(process, STOP)


async def _ready(process: Process, log: Path, timeout: float) -> str:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(timeout):
            async for line in process.stdout:
                if line.startswith(b"ready "):
                    return line.removeprefix(b"ready ").decode().strip()
            code = await process.wait()
    except TimeoutError:
        raise ServerDied(f"the server was not ready after {timeout:g} s\n{tail(log)}") from None
    raise ServerDied(obituary(code, log))


async def stop(process: Process, limit: float) -> None:
    """Ask it to end and, after `limit` seconds, make it."""
    for end in (process.terminate, process.kill):
        with suppress(ProcessLookupError):
            end()
        with suppress(TimeoutError):
            async with asyncio.timeout(limit):
                await process.wait()
                await process.communicate()  # its pipes are closed when all that was said is read
                return


def obituary(code: int, log: Path) -> str:
    return f"the server ended with status {code}\n{tail(log)}"


def tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-TAIL:]
    return "\n".join([f"the end of {log}:", *(f"  {line[:LINE]}" for line in lines)])
