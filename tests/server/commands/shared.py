"""Runs `captionflow` as people do: a process of its own, with an end to its time."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import soundfile
from msgspec import Struct

from tests.fakes import drawn

WAIT = 60.0  # seconds; the slowest loads a model and makes a database
START = "from server.commands import main; main(prog_name='captionflow')"


class Answer(Struct, frozen=True):
    code: int
    out: str
    err: str


@asynccontextmanager
async def begun(
    *words: object, stdin: int = DEVNULL, env: Mapping[str, str] = {}
) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", START, *map(str, words)),
        stdin=stdin,
        stdout=PIPE,
        stderr=PIPE,
        env={**os.environ, **env},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def ended(process: Process, given: bytes | None = None) -> Answer:
    async with asyncio.timeout(WAIT):
        out, err = await process.communicate(given)
    assert process.returncode is not None
    return Answer(process.returncode, out.decode(), err.decode())


async def captionflow(
    *words: object, given: bytes | None = None, env: Mapping[str, str] = {}
) -> Answer:
    """What the command says and how it ends; `given` is its standard input."""
    stdin = DEVNULL if given is None else PIPE
    async with begun(*words, stdin=stdin, env=env) as process:
        return await ended(process, given)


def recording(path: Path, picture: str, rate: int = 16_000) -> Path:
    """A file of a drawing (see tests/fakes.py), 100 ms a character; its name says its kind."""
    audio = drawn(picture)
    if rate != 16_000:
        audio = np.repeat(audio, rate // 16_000)
    soundfile.write(path, audio, rate)
    return path
