"""Publishers as a process: `python -m benchmarks.whip.crowd URL COUNT FIRST`.

Prints `publishing` when the server has welcomed all of them, and when its input is closed what
became of them. All play the noise of a room, encoded once: what it costs is the server's, not
the encoder's. FIRST numbers their rooms, so that several processes do not meet.
"""

import asyncio
import itertools
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

import msgspec
from captionflow import AudioAck, ServerError
from captionflow.protocol import Error, decode_event
from msgspec import Struct

from benchmarks.idle.frames import room
from benchmarks.run.drive import FRAME
from benchmarks.speech.corpus import RATE
from benchmarks.whip.opus import Encoder, packet
from benchmarks.whip.publisher import Publisher, publish

NOISE = 10.0  # seconds of the room, again and again
LEVEL = -50.0  # dB under full scale
SLOTS = 20  # groups of publishers, whose packets leave one after the other within a step
STEP = FRAME / RATE  # seconds between two packets of a publisher
AT_ONCE = 4  # that come or leave at a time: each makes keys
BYTES = 2  # of a sample


class Seen(Struct, frozen=True):
    """late: seconds, one for each group and step. cores: that this process used. behind: seconds
    of audio, of the publisher worst off, sent and not acknowledged. failures: a line each.
    """

    late: tuple[float, ...]
    cores: float
    behind: float
    failures: tuple[str, ...]


class Caller:
    """One publisher, and what the server says to it."""

    def __init__(self, url: str, number: int) -> None:
        self.url = url
        self.number = number
        self.publisher: Publisher | None = None  # once it is welcome
        self.count = 0  # packets sent
        self.received = 0  # bytes acknowledged
        self.failure: str | None = None

    @property
    def behind(self) -> float:
        return self.count * STEP - self.received / (BYTES * RATE)

    def send(self, audio: Sequence[bytes]) -> None:
        if self.publisher is not None and self.failure is None:
            data = audio[(self.count + self.number) % len(audio)]
            self.publisher.send(packet(data, self.count))
            self.count += 1

    async def run(self, door: asyncio.Semaphore, there: asyncio.Event, over: asyncio.Event) -> None:
        """there: to be set when it is welcome. over: set when it is to leave."""
        room = f"call-{self.number}"
        async with AsyncExitStack() as stack:
            try:
                async with door:
                    published = publish(self.url, room, {"language": "en"})
                    publisher = await stack.enter_async_context(published)
                    self._told(await publisher.hear())
                self.publisher = publisher
                there.set()
                await self._read(publisher, over)
            except ServerError as error:
                self.failure = str(error)
            finally:
                there.set()
            await over.wait()
            async with door:
                await stack.aclose()

    async def _read(self, publisher: Publisher, over: asyncio.Event) -> None:
        """Until it is to leave. Raises ServerError when it is lost before."""
        leaving = asyncio.create_task(over.wait())
        while not over.is_set():
            hearing = asyncio.create_task(publisher.hear())
            await asyncio.wait({leaving, hearing}, return_when=asyncio.FIRST_COMPLETED)
            if not hearing.done():
                hearing.cancel()
            else:
                self._told(hearing.result())
        await leaving

    def _told(self, message: str) -> None:
        match decode_event(message):
            case AudioAck(received=received):
                self.received = received
            case Error(code=code, message=why):
                raise ServerError(code, why)


async def send(callers: Sequence[Caller], late: list[float]) -> None:
    """Until cancelled, on an absolute schedule; what is late goes at once, and what follows is not
    moved. late: takes how late each group of each step was, in seconds."""
    audio = noise()
    clock = asyncio.get_running_loop().time
    began = clock()
    for turn in itertools.count():
        due = began + turn * STEP / SLOTS
        await asyncio.sleep(max(0.0, due - clock()))
        late.append(max(0.0, clock() - due))
        for one in callers[turn % SLOTS :: SLOTS]:
            one.send(audio)


def noise() -> list[bytes]:
    """The room as packets of Opus, to be played again and again."""
    encoder, samples = Encoder(), room(NOISE, LEVEL, seed=1)
    return [bytes(encoder.encode(samples[at : at + FRAME])) for at in range(0, len(samples), FRAME)]


async def call(url: str, count: int, first: int) -> Seen:
    """Until the input of this process is closed."""
    callers = [Caller(url, number) for number in range(first, first + count)]
    door, over = asyncio.Semaphore(AT_ONCE), asyncio.Event()
    there = [asyncio.Event() for _ in callers]
    late: list[float] = []
    sending = asyncio.create_task(send(callers, late))
    try:
        async with asyncio.TaskGroup() as group:
            for one, entered in zip(callers, there, strict=True):
                group.create_task(one.run(door, entered, over))
            for entered in there:
                await entered.wait()
            print("publishing", flush=True)
            late.clear()
            began, spent = time.monotonic(), time.process_time()
            await asyncio.to_thread(sys.stdin.buffer.read)
            cores = (time.process_time() - spent) / (time.monotonic() - began)
            behind = max((one.behind for one in callers), default=0.0)
            failures = tuple(one.failure for one in callers if one.failure is not None)
            over.set()
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    return Seen(tuple(late), cores, behind, failures)


def main(arguments: Sequence[str]) -> None:
    url, count, first = arguments
    seen = asyncio.run(call(url, int(count), int(first)))
    sys.stdout.buffer.write(msgspec.json.encode(seen) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
