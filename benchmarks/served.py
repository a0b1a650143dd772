"""A server of our own for the length of a run: started, awaited, stopped. Measures nothing."""

import asyncio
import os
import shutil
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

READY = 180.0  # seconds to start: a new database, unpacking weights and warming up included
STOP = 20.0  # seconds from SIGTERM to SIGKILL
KEPT = 5  # lines of the server's last words, for the message when it dies
TAIL = 500  # characters of each; a traceback says at its end what went wrong


class ServerFailed(Exception):
    """The server did not start; the message carries its last words."""


class Served:
    """A running child process: where it listens, its pid, and whether it still lives."""

    def __init__(self, url: str, process: asyncio.subprocess.Process, words: deque[str]) -> None:
        self.url = url
        self.pid = process.pid
        self._process = process
        self._words = words

    @property
    def died(self) -> str | None:
        """Why it is no more; None while it runs."""
        if self._process.returncode is None:
            return None
        return _obituary(self._process.returncode, self._words)


def captionflow_serve(data: Path) -> list[str]:
    """The command line of the project's own server on a free port."""
    beside = Path(sys.executable).parent
    program = shutil.which("captionflow", path=str(beside)) or shutil.which("captionflow")
    if program is None:
        raise ServerFailed("the command `captionflow` is not installed; give --url instead")
    return [program, "serve", "--host", "127.0.0.1", "--port", "0", "--data-dir", str(data)]


@asynccontextmanager
async def serving(command: Sequence[str], timeout: float = READY) -> AsyncIterator[Served]:
    """Run `command` until the block ends. It must print `ready http://HOST:PORT` on stdout.

    Raises ServerFailed when it exits first or is not ready in `timeout` seconds.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # what it leaves behind can then be ended with it
    )
    assert process.stdout is not None and process.stderr is not None
    words: deque[str] = deque(maxlen=KEPT)
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    reading = [
        asyncio.create_task(_read(stream, words, url))
        for stream in (process.stdout, process.stderr)
    ]
    try:
        yield Served(await _ready(process, url, words, timeout), process, words)
    finally:
        await _stop(process)
        await asyncio.gather(*reading)
        url.cancel()


async def _ready(
    process: asyncio.subprocess.Process, url: asyncio.Future[str], words: deque[str], timeout: float
) -> str:
    dying = asyncio.ensure_future(process.wait())
    try:
        await asyncio.wait((url, dying), timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        dying.cancel()
    if url.done():
        return url.result()
    if process.returncode is not None:
        raise ServerFailed(_obituary(process.returncode, words))
    raise ServerFailed(f"the server was not ready after {timeout:g} s")


async def _read(stream: asyncio.StreamReader, words: deque[str], url: asyncio.Future[str]) -> None:
    """Read to the end, so that the child never waits for a full pipe."""
    async for raw in stream:
        line = raw.decode(errors="replace").rstrip()
        if line.startswith("ready http") and not url.done():
            url.set_result(line.removeprefix("ready "))
        words.append(line[-TAIL:])


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), STOP)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _obituary(code: int, words: deque[str]) -> str:
    return "\n".join((f"the server exited with code {code}", *words))
