"""A worker in a process of its own that kills itself at a step of its first job."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from inference.types import Window
from server.logs import configure
from storage.ports import Objects
from tests.fakes import Parrot
from tests.server.children import START, Child
from tests.server.work.house import opened, quick

STEPS = ("hear", "recording", "transcript.txt", "transcript.json", "forget")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Dying:
    """An object store whose user dies when it has put the object of this name."""

    def __init__(self, objects: Objects, step: str) -> None:
        self._objects = objects
        self._step = step

    def __getattr__(self, name: str) -> Any:
        return getattr(self._objects, name)

    async def put_file(self, key: str, path: Path, content_type: str) -> Any:
        blob = await self._objects.put_file(key, path, content_type)
        self._done("recording")
        return blob

    async def put_bytes(self, key: str, data: bytes, content_type: str) -> Any:
        blob = await self._objects.put_bytes(key, data, content_type)
        self._done(key.rpartition("/")[2])
        return blob

    async def delete_many(self, keys: Sequence[str]) -> None:
        self._done("forget")
        await self._objects.delete_many(keys)

    def _done(self, step: str) -> None:
        if step == self._step:
            die()


def work(data: str, database_url: str, step: str) -> None:
    """What the child runs."""
    configure("info", "json")
    asyncio.run(_work(Path(data), database_url, step))


async def _work(data: Path, database_url: str, step: str) -> None:
    def fails(window: Window) -> bool:
        if step == "hear" and window.start > 0:
            die()
        return False

    async with opened(quick(data, database_url), Parrot(fails=fails)) as house:
        dying: Any = Dying(house.storage.objects, step)
        house.core = replace(house.core, storage=replace(house.storage, objects=dying))
        async with house.working():
            print("ready", flush=True)
            await asyncio.Event().wait()


@asynccontextmanager
async def child(data: Path, database_url: str, step: str) -> AsyncIterator[Child]:
    code = "import sys; from tests.server.work.children import work; work(*sys.argv[1:])"
    with (data / "log").open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", code, str(data), database_url, step),
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(START):
            line = await process.stdout.readline()
        assert line == b"ready\n", (data / "log").read_text()[-3000:]
        yield Child(process, "")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        process._transport.close()  # type: ignore[attr-defined]
