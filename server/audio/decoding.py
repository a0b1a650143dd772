"""Files that others sent, to samples: each decoded by a process of its own, as they are read.

Nothing of a file is touched in this process but the samples that come back. Who reads slowly
slows the child down; who stops ends it. How many run at once is the caller's business.
"""

import asyncio
import math
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import av
import msgspec
import numpy as np
import structlog
from msgspec import Struct

from server.audio import child
from server.audio.mono import mixed
from streaming.resampler import Sound

LARGEST = 1 << 20  # bytes of a frame that a child in its right mind does not reach
SAID = 2000  # bytes of its standard error that are kept
STEREO = 2  # channels that are given as they are; more are mixed to one
RATES = range(4_000, 192_001)  # Hz; what lies outside is a broken header
FOREIGN = {signal.SIGHUP, signal.SIGINT, signal.SIGKILL, signal.SIGTERM}  # sent by somebody
BASE, SHARE = 60, 4  # seconds of processor for any file, and one more for so many of audio

log = structlog.get_logger(__name__)


class Limits(Struct, frozen=True):
    """What one file may be and take."""

    seconds: float = math.inf  # of audio
    channels: int = 8
    memory: int = 512 << 20  # bytes that decoding may take beyond what a decoder is (Linux)
    patience: float = 30.0  # seconds that are waited for the next piece

    @property
    def cpu(self) -> int:
        """Seconds of processor; 0: any."""
        return 0 if math.isinf(self.seconds) else BASE + round(self.seconds / SHARE)


class Found(Struct, frozen=True):
    """What a file is, in the decoder's words. seconds: what it says it has, true or not.

    Of a file that cannot be read, what could be found: 0 and "" are not known.
    """

    container: str = ""
    codec: str = ""
    rate: int = 0
    channels: int = 0
    seconds: float | None = None


class BadAudio(ValueError):
    """A file that will not be decoded, however often one tries. found: what is known of it."""

    code: str

    def __init__(self, message: str, found: Found | None = None) -> None:
        super().__init__(message)
        self.found = found


class UnreadableAudio(BadAudio):
    """Not audio, or none in it that can be decoded; the message says what was found."""

    code = "unreadable_audio"


class TooLong(BadAudio):
    """More seconds of audio than are allowed."""

    code = "too_long"


class TooLarge(BadAudio):
    """More channels than are allowed, or more memory needed."""

    code = "too_large"


class DecoderLost(Exception):
    """The child ended for a reason that is not the file's; another try may do."""


class Decoding:
    """A file on its way. pieces: shape (n, 1 or 2), in -1..1, at `found.rate`; to be read once.

    samples: how many of each channel were given so far.
    truncated: set at the end where parts were damaged, or where the file holds less than it
        says (not every kind of file says).
    """

    def __init__(self, process: Process, limits: Limits, found: Found) -> None:
        self.found = found
        self.samples = 0
        self.truncated = False
        self.pieces = self._pieces()
        self._process = process
        self._limits = limits

    async def _pieces(self) -> AsyncGenerator[Sound, None]:
        """Raises BadAudio, DecoderLost."""
        while True:
            kind, content = await _frame(self._process, self._limits)
            match kind:
                case child.SAMPLES:
                    yield self._given(content)
                case child.END:
                    self._finish(msgspec.json.decode(content, type=_End))
                    return
                case _:
                    raise _unexpected(kind)

    def _given(self, content: bytes) -> Sound:
        sound = np.frombuffer(content, np.float32).reshape(-1, self.found.channels)
        self.samples += len(sound)
        if self.samples > self._limits.seconds * self.found.rate:
            raise TooLong(f"more than {self._limits.seconds:g} s of audio", self.found)
        harmless = np.clip(np.nan_to_num(sound, posinf=1, neginf=-1), -1, 1)
        return mixed(harmless) if self.found.channels > STEREO else harmless

    def _finish(self, end: "_End") -> None:
        if not self.samples:
            raise UnreadableAudio("no samples in it", self.found)
        # Some containers only estimate their length, and encoders pad theirs.
        promised = 0.98 * (self.found.seconds or 0.0) - 0.1
        self.truncated = end.damaged > 0 or self.samples / self.found.rate < promised


@asynccontextmanager
async def decoding(path: Path, limits: Limits) -> AsyncIterator[Decoding]:
    """The file while it is decoded; when the block ends, however it does, so has the child.

    Raises BadAudio, DecoderLost, OSError where the file cannot be opened.
    """
    with path.open("rb") as file:
        process = await _started(file, limits)
    saying = asyncio.create_task(_last_words(process))
    try:
        sound = Decoding(process, limits, await _found(process, limits))
        async with aclosing(sound.pieces):
            yield sound
    finally:
        await _end(process, saying)


async def probe(path: Path, limits: Limits) -> Found:
    """What the file is, once its first second could be decoded. Raises as `decoding` does.

    The length it may say is not held against it: only decoding finds out.
    """
    async with decoding(path, limits) as sound:
        async for _ in sound.pieces:
            if sound.samples >= sound.found.rate:
                break
        return sound.found


class _End(Struct):
    damaged: int


class _Refusal(Struct):
    code: str
    message: str
    known: Found | None


async def _started(file: BinaryIO, limits: Limits) -> Process:
    # Isolated, for these are neither times nor places for what an environment may order Python to
    # do; nor has a process that reads what strangers sent any need of the secrets in it.
    start = "import sys; sys.path += sys.argv[4:]; from server.audio import child; "
    call = "child.main(*sys.argv[1:4])"
    bounds = (os.getpid(), limits.memory, limits.cpu)
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", "-c", start + call),
        *map(str, (*bounds, *PLACES)),
        stdin=file,
        stdout=PIPE,
        stderr=PIPE,
        env={},
        start_new_session=True,  # Ctrl-C is for us, who end it
    )


PLACES = (Path(__file__).parents[2], Path(av.__file__).parents[1])
"""Where the child finds the code it needs."""


async def _found(process: Process, limits: Limits) -> Found:
    kind, content = await _frame(process, limits)
    if kind != child.FOUND:
        raise _unexpected(kind)
    found = msgspec.json.decode(content, type=Found)
    if found.rate not in RATES or not found.channels:
        odd = f"audio of {found.rate} Hz and {found.channels} channels"
        raise UnreadableAudio(odd, found)
    if found.channels > limits.channels:
        raise TooLarge(f"{found.channels} channels; at most {limits.channels} are taken", found)
    return found


async def _frame(process: Process, limits: Limits) -> tuple[bytes, bytes]:
    """Raises what a refusal says, too."""
    assert process.stdout is not None
    try:
        async with asyncio.timeout(limits.patience):
            head = await process.stdout.readexactly(child.FRAME.size)
            kind, length = child.FRAME.unpack(head)
            if length > LARGEST:
                raise _unexpected(kind)
            content = await process.stdout.readexactly(length)
    except TimeoutError:
        raise UnreadableAudio(f"nothing was decoded of it in {limits.patience:g} s") from None
    except asyncio.IncompleteReadError:
        raise await _obituary(process, limits) from None
    if kind == child.REFUSED:
        refusal = msgspec.json.decode(content, type=_Refusal)
        error = TooLarge if refusal.code == TooLarge.code else UnreadableAudio
        raise error(refusal.message, refusal.known)
    return kind, content


def _unexpected(kind: bytes) -> DecoderLost:
    return DecoderLost(f"the decoder sent {kind!r}, which nobody expected")


async def _obituary(process: Process, limits: Limits) -> Exception:
    """Why the output is over before its end."""
    with suppress(TimeoutError):
        async with asyncio.timeout(limits.patience):
            await process.wait()
    code = process.returncode
    if code is None or code >= 0 or -code in FOREIGN:
        return DecoderLost(f"the decoder ended with status {code}")
    if -code == signal.SIGXCPU:
        return UnreadableAudio(f"decoding it takes more than {limits.cpu} s of processor time")
    return UnreadableAudio(f"the decoder broke down over it ({signal.Signals(-code).name})")


async def _last_words(process: Process) -> bytes:
    """The end of its standard error, which has to be read or it would stop."""
    assert process.stderr is not None
    said = b""
    while data := await process.stderr.read(SAID):
        said = (said + data)[-SAID:]
    return said


async def _end(process: Process, saying: asyncio.Task[bytes]) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    assert process.stdout is not None
    while await process.stdout.read(LARGEST):  # a pipe that is not read to its end stays open
        pass
    said = await saying
    await process.wait()
    if said:
        log.debug("decoder", said=said.decode(errors="replace"))
