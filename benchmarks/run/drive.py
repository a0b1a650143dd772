"""Plays streams to a target in real time and writes down what comes back, and when.

The only loop; it knows no figure. A frame leaves when its first sample is due on an absolute
schedule, so a slow server is never waited for politely and its stalls stay visible.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from captionflow import Event
from msgspec import Struct

from benchmarks.speech.corpus import RATE
from benchmarks.speech.streams import Stream
from benchmarks.targets.port import Talk, Target

FRAME = 320  # samples in one message: 20 ms
LEAD = 1.0  # seconds before its stream begins that a client connects
HELD = 0.005  # seconds in one send from which on the server, not the client, held it up
TELL = 0.5  # seconds between two looks at the progress


class Seen(Struct, frozen=True):
    """An event and the moment it was read, in seconds of the monotonic clock."""

    at: float
    event: Event


@dataclass
class StreamLog:
    """Everything that happened to one stream; filled while it plays."""

    stream: Stream
    began: float  # when its first sample was due
    seen: list[Seen] = field(default_factory=list)
    lateness: list[float] = field(default_factory=list)  # the client's own, one a frame
    held: float = 0.0  # seconds spent in sends that the server did not take at once
    flushed: int = 0  # utterances whose end the client has asked for, the first ones
    connected: float | None = None  # seconds from dialling to a session
    failure: str | None = None


class Pace:
    """When frames are due, and how late the client itself was. Pure: told the time."""

    def __init__(self, began: float) -> None:
        self._began = began
        self._free = began  # until then the server kept the client from sending

    def due(self, frame: int) -> float:
        return self._began + frame * FRAME / RATE

    def late(self, frame: int, now: float) -> float:
        """Seconds from when the client could and should have sent to `now`."""
        return max(0.0, now - max(self.due(frame), self._free))

    def held_until(self, now: float) -> None:
        self._free = max(self._free, now)


Tell = Callable[[Sequence[StreamLog]], None]


async def drive(
    target: Target,
    streams: Sequence[Stream],
    offsets: Sequence[float],
    drain: float,
    tell: Tell,
    forced: bool = False,
) -> list[StreamLog]:
    """Play all streams, each from its offset on; returns when each has ended or failed.

    drain: seconds after its last sample that a stream may take to end; then it has failed.
    forced: ask for the end of each utterance at the moment its last word is over.
    """
    start = asyncio.get_running_loop().time() + LEAD
    logs = [StreamLog(s, start + offset) for s, offset in zip(streams, offsets, strict=True)]
    telling = asyncio.create_task(_tell(tell, logs))
    try:
        async with asyncio.TaskGroup() as group:
            for log in logs:
                group.create_task(_play(target, log, drain, forced))
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
    return logs


async def _play(target: Target, log: StreamLog, drain: float, forced: bool) -> None:
    deadline = log.began + log.stream.seconds + drain
    try:
        async with asyncio.timeout_at(deadline):
            await _until(log.began - LEAD)
            dialled = asyncio.get_running_loop().time()
            async with target.open() as talk:
                log.connected = asyncio.get_running_loop().time() - dialled
                await _converse(talk, log, forced)
    except TimeoutError:
        log.failure = f"not ended {drain:g} s after its last audio"
    except Exception as error:  # A stream that fails is a result of the run, not its end.
        log.failure = f"{type(error).__name__}: {error}"


async def _converse(talk: Talk, log: StreamLog, forced: bool) -> None:
    listening = asyncio.create_task(_listen(talk, log))
    try:
        await _speak(talk, log, forced)
        await listening
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def _listen(talk: Talk, log: StreamLog) -> None:
    clock = asyncio.get_running_loop().time
    async for event in talk:
        log.seen.append(Seen(clock(), event))


async def _speak(talk: Talk, log: StreamLog, forced: bool) -> None:
    clock = asyncio.get_running_loop().time
    pace = Pace(log.began)
    pace.held_until(clock())
    overs = [turn.over for turn in log.stream.turns if turn.last > turn.first] if forced else []
    for number, first in enumerate(range(0, len(log.stream.samples), FRAME)):
        await _until(pace.due(number))
        started = clock()
        log.lateness.append(pace.late(number, started))
        await talk.send(log.stream.samples[first : first + FRAME].tobytes())
        finished = clock()
        if finished - started > HELD:
            log.held += finished - started
            pace.held_until(finished)
        while log.flushed < len(overs) and overs[log.flushed] * RATE < first + FRAME:
            await _until(log.began + overs[log.flushed])
            await talk.flush()
            log.flushed += 1
    await talk.end()


async def _until(moment: float) -> None:
    wait = moment - asyncio.get_running_loop().time()
    if wait > 0:
        await asyncio.sleep(wait)


async def _tell(tell: Tell, logs: Sequence[StreamLog]) -> None:
    while True:
        tell(logs)
        await asyncio.sleep(TELL)
