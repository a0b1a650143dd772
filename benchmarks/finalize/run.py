"""Long live sessions, and how long their end takes. Prints nothing.

The audio comes as fast as the protocol lets it; the end is told when, as in real time, hardly any
of it waits to be heard. From then it counts until recording and transcript are downloaded.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from captionflow import ServerError
from captionflow.dial import dial, hang_up
from captionflow.protocol import (
    Ack,
    AudioAck,
    AudioFormat,
    End,
    Ended,
    Final,
    Hello,
    Welcome,
    decode_event,
    encode,
    encode_audio,
    stream_url,
)
from msgspec import Struct
from websockets.asyncio.client import ClientConnection

from benchmarks.chaos import kept, talk
from benchmarks.chaos.model import NAME
from benchmarks.chaos.process import Server
from benchmarks.chaos.talk import BYTES, Talk
from benchmarks.chaos.verdict import compare, matched
from benchmarks.run.settings import Sections
from inference.types import SAMPLE_RATE
from server.commands import ask

PIECE = 32_000  # bytes in a message
LATE = 3 * SAMPLE_RATE * BYTES  # how much may not be heard yet when the end is told
EVERY = 0.02  # seconds between two looks whether it is ready
LIMIT = 300.0  # seconds that the end may take
STALL = 120.0  # seconds without a word from the server

Told = Callable[[str], None]


class Settings(Struct, frozen=True):
    hours: float
    runs: int
    seed: int


class Ending(Struct, frozen=True):
    """Seconds from the telling of the end: to `ended`, until it is ready, until all is here."""

    ended: float
    ready: float
    downloaded: float
    streaming: float
    faults: tuple[str, ...]


async def measure(settings: Settings, folder: Path, tell: Told) -> list[Ending]:
    """Raises ServerDied, ServerError."""
    server = Server(folder, _sections())
    done = []
    async with server.running():
        for number in range(settings.runs):
            said = talk.make(f"hours {settings.seed} {number}", settings.hours * 3600, False)
            where = f"session {number + 1} of {settings.runs}"
            done.append(await _one(server.url, said, partial(_tell, tell, where)))
    return done


def _tell(tell: Told, where: str, line: str) -> None:
    tell(f"{where}: {line}")


async def _one(url: str, said: Talk, tell: Told) -> Ending:
    socket = await dial(stream_url(url), None, STALL)
    try:
        return await Session(url, socket, said, tell).run()
    finally:
        await hang_up(socket)


class Session:
    def __init__(self, url: str, socket: ClientConnection, said: Talk, tell: Told) -> None:
        self.url = url
        self.socket = socket
        self.said = said
        self.tell = tell
        self.received = self.settled = 0
        self.finals: list[str] = []
        self.moved = asyncio.Event()

    async def run(self) -> Ending:
        clock = asyncio.get_running_loop().time
        began = clock()
        await self.socket.send(encode(Hello(AudioFormat(), language="en")))
        welcome = decode_event(await self.socket.recv())
        if not isinstance(welcome, Welcome):
            raise ServerError("refused", f"no welcome but {welcome}")
        ahead = int(welcome.max_ahead_s * SAMPLE_RATE * BYTES)
        reading = asyncio.create_task(self._read())
        try:
            await self._speak(ahead)
            asked = clock()
            await self.socket.send(encode(End(len(self.said.audio))))
            await reading
        finally:
            reading.cancel()
        ended = clock()
        await self._ready(welcome.session)
        ready = clock()
        file = await kept.downloaded(self.url, welcome.session)
        text = await ask.text(self.url, f"/v1/sessions/{welcome.session}/exports/txt")
        here = clock()
        faults = await self._faults(file, text)
        return Ending(ended - asked, ready - asked, here - asked, asked - began, tuple(faults))

    async def _speak(self, ahead: int) -> None:
        audio = self.said.audio
        for pos in range(0, len(audio), PIECE):
            while pos + PIECE > self.received + ahead:
                await self._move()
            await self.socket.send(encode_audio(pos, audio[pos : pos + PIECE]))
            self.tell(f"{pos / BYTES / SAMPLE_RATE / 60:.0f} minutes said")
        while self.settled < len(audio) - LATE:
            await self._move()

    async def _move(self) -> None:
        self.moved.clear()
        async with asyncio.timeout(STALL):
            await self.moved.wait()

    async def _read(self) -> None:
        while True:
            match decode_event(await self.socket.recv()):
                case AudioAck(received, settled):
                    self.received, self.settled = received, settled
                    self.moved.set()
                case Final(seq, text=text):
                    self.finals.append(text)
                    await self.socket.send(encode(Ack(seq)))
                case Ended():
                    return

    async def _ready(self, session: str) -> None:
        async with asyncio.timeout(LIMIT):
            while (await ask.session(self.url, session))["state"] not in ask.OVER:
                await asyncio.sleep(EVERY)

    async def _faults(self, file: bytes | None, text: str) -> list[str]:
        """What is wrong with what was heard and downloaded."""
        faults, said = [], self.said
        good = 0 if file is None else matched(said, await kept.decoded(file)).good
        if good != len(said.samples):
            faults.append(f"the recording is what was said up to sample {good} only")
        if any(compare(said.texts, self.finals)):
            faults.append("the finals are not what was said")
        if " ".join(said.texts).split() != text.split():
            faults.append("the transcript is not what was said")
        return faults


def _sections() -> Sections:
    return {"model": {"name": NAME, "workers": 1}}
