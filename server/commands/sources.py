"""Where `listen` gets its audio: a file, standard input or a microphone.

Every source is pieces of 16-bit mono samples at 16 kHz. Sends nothing.
"""

import asyncio
import os
import shutil
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import click
import numpy as np

from inference.types import SAMPLE_RATE, Audio
from server.audio.decoding import BadAudio, DecoderLost, Limits, decoding, probe
from server.audio.mono import heard
from server.commands import child

WIDTH = 2  # bytes of a sample
FRAME = SAMPLE_RATE // 50 * WIDTH  # bytes of 20 ms
PIECE = 100 * FRAME  # most bytes read at a time
STOP = 2.0  # seconds that a recorder gets to end
OUR_OWN = Limits()  # of files that the user has here: as long as they are

UNREADABLE = (BadAudio, DecoderLost)
"""What decoding a file may raise."""

RECORDERS = {
    "parec": "--raw --format=s16le --rate=16000 --channels=1 --latency-msec=20",
    "arecord": "-q -t raw -f S16_LE -r 16000 -c 1",
    "rec": "-q -t raw -b 16 -e signed-integer -r 16000 -c 1 -",
}
"""Programs that record and write raw samples: PulseAudio's and PipeWire's, ALSA's, SoX's."""


async def file(path: Path) -> AsyncGenerator[bytes, None]:
    """Any audio file, as fast as it is asked for. Raises BadAudio, DecoderLost."""
    async with decoding(path, OUR_OWN) as sound:
        async for audio in heard(sound.pieces, sound.found.rate):
            yield pcm(audio)


def pcm(audio: Audio) -> bytes:
    scaled = np.clip(np.round(audio * (1 << 15)), -(1 << 15), (1 << 15) - 1)
    return scaled.astype("<i2").tobytes()


async def paced(source: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """The source in frames of 20 ms, each at its time on a schedule that nothing delays."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    async with aclosing(source):
        async for piece in source:
            for start in range(0, len(piece), FRAME):
                frame = piece[start : start + FRAME]
                await asyncio.sleep(due - loop.time())
                yield frame
                due += len(frame) / WIDTH / SAMPLE_RATE


async def raw(fd: int) -> AsyncGenerator[bytes, None]:
    """What comes in at a file descriptor until its end, as it comes, in whole samples."""
    rest = b""
    while data := await _read(fd):
        whole = len(rest + data) // WIDTH * WIDTH
        joined, rest = (rest + data)[:whole], (rest + data)[whole:]
        if joined:
            yield joined


async def _read(fd: int) -> bytes:
    """Without a thread that would wait for a keyboard after we are done."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    try:
        loop.add_reader(fd, ready.set)
    except PermissionError:  # a regular file, which is always ready
        return os.read(fd, PIECE)
    try:
        await ready.wait()
        return os.read(fd, PIECE)
    finally:
        loop.remove_reader(fd)


def reason(error: Exception) -> str:
    """What is wrong with a file whose name is said already."""
    return (isinstance(error, OSError) and error.strerror) or str(error)


def check(path: Path) -> None:
    """Raises BadAudio, DecoderLost or OSError, before anybody waits for the file."""
    asyncio.run(probe(path, OUR_OWN))


async def microphone(command: list[str]) -> AsyncGenerator[bytes, None]:
    """The default microphone by a command of `recorder`, until stopped. Raises ClickException."""
    async with _running(command) as process:
        assert process.stdout is not None and process.stderr is not None
        while data := await process.stdout.read(FRAME):
            if len(data) % WIDTH:
                data += await process.stdout.readexactly(1)
            yield data
        said = (await process.stderr.read(PIECE)).decode(errors="replace").strip()
    raise click.ClickException(f"{command[0]} stopped: {said or 'it said nothing'}")


def recorder() -> list[str]:
    """The command line of the first recorder that is installed. Raises ClickException."""
    for name, options in RECORDERS.items():
        if program := shutil.which(name):
            return [program, *options.split()]
    raise click.ClickException(
        "no program that records: install parec (pulseaudio-utils), arecord (alsa-utils) or "
        "rec (sox), or pipe raw audio in: some-program | captionflow listen -"
    )


@asynccontextmanager
async def _running(command: list[str]) -> AsyncIterator[Process]:
    # Its own session: Ctrl-C is for us, who still want its last samples.
    process = await asyncio.create_subprocess_exec(
        *command, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, start_new_session=True
    )
    try:
        yield process
    finally:
        await child.stop(process, STOP)
