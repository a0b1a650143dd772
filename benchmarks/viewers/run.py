"""One who speaks and many who read along: how soon they do, and what they cost. Prints nothing.

The server is a process of its own, and so are the viewers. First it is spoken to without them,
so that what they cost can be told from what the model does.
"""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import captionflow
import msgspec
import numpy as np
from captionflow import Final, Live, Partial
from msgspec import Struct
from numpy.typing import NDArray

from benchmarks.chaos import talk
from benchmarks.chaos.model import NAME
from benchmarks.chaos.process import Server
from benchmarks.run.drive import FRAME
from benchmarks.run.live import beside
from benchmarks.run.machine import Usage, Watch
from benchmarks.run.settings import Sections
from benchmarks.speech import corpus, streams
from benchmarks.speech.corpus import RATE, SHIPPED
from benchmarks.viewers.crowd import Seen
from benchmarks.viewers.reading import Caption
from server.commands.child import ServerDied, stop

JOIN = 90.0  # seconds until all viewers are there
TOLD = 60.0  # seconds for a process to tell what its viewers saw
DRAIN = 30.0  # seconds that a session may take to end after its audio
AFTER = 2.0  # seconds that viewers stay after the speaker has all
SEED = 1

Told = Callable[[str], None]


class Settings(Struct, frozen=True):
    """processes: that the viewers are divided among. seconds: of the talk they read along; before
    it nobody reads along for `alone` seconds. model: of the server; "tones" costs next to nothing.
    """

    viewers: int
    processes: int = 2
    seconds: float = 60.0
    alone: float = 30.0
    model: str = "base"


class Heard(Struct, frozen=True):
    """A caption and when the speaker's own socket had it."""

    at: float
    caption: Caption


class Result(Struct, frozen=True):
    """alone, watched: what the server used without viewers and with them. late: of the speaker."""

    heard: tuple[Heard, ...]
    crowds: tuple[Seen, ...]
    alone: Usage
    watched: Usage
    late: tuple[float, ...]


async def measure(settings: Settings, folder: Path, tell: Told) -> Result:
    """Raises ServerDied, CorpusError."""
    before, during = speech(settings, settings.alone), speech(settings, settings.seconds)
    server = Server(folder, _sections(settings))
    tell("the server starts")
    async with server.running() as life:
        run = Run(settings, server.url, life.process.pid, tell)
        await run.speak(before, 0)
        return await run.speak(during, settings.viewers)


class Run:
    def __init__(self, settings: Settings, url: str, pid: int, tell: Told) -> None:
        self.settings = settings
        self.url = url
        self.pid = pid
        self.tell = tell
        self.alone = Usage(0.0, 0.0, 0.0)

    async def speak(self, samples: NDArray[np.int16], viewers: int) -> Result:
        """A session that is read along by so many."""
        heard: list[Heard] = []
        async with captionflow.connect(self.url, language="en", patience=0) as live:
            self.tell(f"{viewers} viewers join")
            async with _crowds(self.url, live.welcome.session, self._shares(viewers)) as crowds:
                self.tell(f"somebody speaks, {viewers} read along")
                listening = asyncio.create_task(_listen(live, heard))
                watch = Watch(self.pid)
                async with beside(watch.run()):
                    late = await _say(live, samples)
                usage = watch.usage()
                async with asyncio.timeout(DRAIN):
                    await listening
                await asyncio.sleep(AFTER if viewers else 0)
                seen = [await _told(crowd) for crowd in crowds]
        result = Result(tuple(heard), tuple(seen), self.alone, usage, tuple(late))
        self.alone = usage
        return result

    def _shares(self, viewers: int) -> list[int]:
        """How many viewers each process has."""
        count = self.settings.processes
        return [
            share
            for n in range(count)
            if (share := viewers * (n + 1) // count - viewers * n // count)
        ]


def speech(settings: Settings, seconds: float) -> NDArray[np.int16]:
    """Of the recording that ships, or of tones for the model that hears them."""
    if settings.model == NAME:
        return talk.make("viewers", seconds, flushing=False).samples[: round(seconds * RATE)]
    entries = corpus.select(corpus.entries(SHIPPED), None, "en", ())
    utterances = streams.load(corpus.referenced(SHIPPED, entries))
    return streams.build(utterances, 1, seconds, SEED)[0].samples


async def _say(live: Live, samples: NDArray[np.int16]) -> list[float]:
    """In real time on an absolute schedule; how late each frame was."""
    began, late = time.monotonic(), []
    for number, first in enumerate(range(0, len(samples), FRAME)):
        due = began + number * FRAME / RATE
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        late.append(max(0.0, time.monotonic() - due))
        await live.send(samples[first : first + FRAME].tobytes())
    await live.end()
    return late


async def _listen(live: Live, heard: list[Heard]) -> None:
    async for event in live:
        match event:
            case Partial(seg=seg, text=text, stable=stable):
                heard.append(Heard(time.monotonic(), Caption("partial", seg, text, stable)))
            case Final(seg=seg, text=text):
                heard.append(Heard(time.monotonic(), Caption("final", seg, text)))


@asynccontextmanager
async def _crowds(url: str, room: str, shares: Sequence[int]) -> AsyncIterator[list[Process]]:
    """All of them are there, until the end of the block."""
    async with AsyncExitStack() as stack:
        crowds = [await stack.enter_async_context(_crowd(url, room, share)) for share in shares]
        async with asyncio.timeout(JOIN):
            await asyncio.gather(*(_joined(crowd) for crowd in crowds))
        yield crowds


@asynccontextmanager
async def _crowd(url: str, room: str, count: int) -> AsyncIterator[Process]:
    place = urlsplit(url)
    arguments = (str(place.hostname), str(place.port), room, str(count))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.viewers.crowd", *arguments), stdin=PIPE, stdout=PIPE
    )
    try:
        yield process
    finally:
        await stop(process, TOLD)


async def _joined(crowd: Process) -> None:
    assert crowd.stdout is not None
    if await crowd.stdout.readline() != b"watching\n":
        raise ServerDied("viewers could not join")


async def _told(crowd: Process) -> Seen:
    async with asyncio.timeout(TOLD):
        said, _ = await crowd.communicate(b"")  # which closes its input
    if crowd.returncode:
        raise ServerDied(f"a process of viewers ended with status {crowd.returncode}")
    return msgspec.msgpack.decode(said, type=Seen)


def _sections(settings: Settings) -> Sections:
    workers = {"workers": 1} if settings.model == NAME else {}
    return {
        "model": {"name": settings.model, **workers},
        "rooms": {"viewers": settings.viewers + 100},
    }
