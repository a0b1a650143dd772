"""A client that keeps its audio, is cut off again and again, and always comes back.

It talks as `stt.v1` has it and notes what a user would complain of. Its audio comes in real time,
or some times as fast, also while it is away; what is behind goes out as fast as the server allows.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
from captionflow import ServerError
from captionflow.dial import dial
from captionflow.protocol import encode_audio, stream_url
from msgspec import Struct, field
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from benchmarks.chaos.schedule import Moment
from benchmarks.chaos.talk import BYTES, Talk
from inference.types import SAMPLE_RATE

PIECE = 3200  # bytes in a message: 100 ms
BEHIND = 32_000  # and when the client has more than that to send
AGAIN = 0.05  # seconds between two attempts to connect
DIAL = 10.0  # seconds for a connection, and for a welcome
PING = 0.5  # seconds between two pings
STAYS = (4400, 4401, 4403, 4404)  # close codes after which coming back is of no use
OVERLAP = 3200  # bytes that are sent twice at most when a client comes back

Tell = Callable[[Moment], None]


class Heard(Struct, frozen=True):
    """A final as the client got it."""

    seq: int
    seg: int
    text: str


class Back(Struct, frozen=True):
    """How a client came back.

    Seconds from the beginning of the dialling, to the welcome and, where something had been
    missed, to the first event that was sent again. away: from the loss to the welcome.
    """

    welcome: float
    first: float | None
    away: float


class Log(Struct):
    """What a client knows of its session.

    acknowledged: bytes that the server said it had. taken_back: the most bytes of these that it
    asked for again. faults: what is against the protocol.
    """

    session: str = ""
    acknowledged: int = 0
    taken_back: int = 0
    seq: int = 0
    finals: list[Heard] = field(default_factory=list)
    flushed: list[str] = field(default_factory=list)
    backs: list[Back] = field(default_factory=list)
    connections: int = 0
    faults: list[str] = field(default_factory=list)
    ended: bool = False
    left: bool = False
    refused: str | None = None

    @property
    def over(self) -> bool:
        return self.ended or self.left or self.refused is not None


class Manner(Struct, frozen=True):
    """pace: how many times as fast as real time. patience: seconds without a word from the server
    after which a connection is given up. leaves: bytes after which the client goes for good.
    thanks: it acknowledges the end."""

    pace: float
    patience: float
    leaves: int | None = None
    thanks: bool = True


class Caller:
    def __init__(
        self,
        url: str,
        talk: Talk,
        manner: Manner,
        name: str,
        tell: Tell = lambda _: None,
        way: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """name: seeds what is left to chance. tell: told what the client has just done. way: since
        when, on the loop's clock, there has been a way to the server: before, none can be quick.
        """
        self.url = stream_url(url)
        self.talk = talk
        self.manner = manner
        self.chance = random.Random(name)
        self.tell = tell
        self.way = way
        self.log = Log()
        self.token = ""
        self.began: float | None = None
        self.dialled = 0.0
        self.lost: float | None = None
        self.ahead = 0  # bytes that may be sent beyond what was acknowledged
        self.moved = asyncio.Event()  # something was acknowledged
        self.missed = False  # an event is about to be sent again
        self.stands = asyncio.Event()  # for whoever drops connections

    async def run(self) -> Log:
        """Until the session has ended, was left, or cannot be gone on with."""
        clock = asyncio.get_running_loop().time
        while not self.log.over:
            self.dialled = clock()
            try:
                socket = await dial(self.url, None, DIAL)
            except (ServerError, OSError, EOFError):
                await asyncio.sleep(AGAIN)
                continue
            try:
                await self._converse(socket)
            except ConnectionClosed as closed:
                self._closed(closed)
            except TimeoutError:
                pass
            finally:
                self.stands.clear()
                self.lost = self.lost or clock()
                socket.transport.abort()
            if not self.log.over:
                await asyncio.sleep(AGAIN)
        return self.log

    def _closed(self, closed: ConnectionClosed) -> None:
        if closed.rcvd is not None and closed.rcvd.code in STAYS:
            self.log.refused = f"{closed.rcvd.code} {closed.rcvd.reason}"

    async def _converse(self, socket: ClientConnection) -> None:
        await self._greet(socket)
        reading = asyncio.create_task(self._read(socket))
        beside = [asyncio.create_task(each) for each in (self._speak(socket), self._ping(socket))]
        tasks = [reading, *beside]
        try:
            waiting = set(tasks)
            while reading in waiting and not self.log.left:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _greet(self, socket: ClientConnection) -> None:
        clock = asyncio.get_running_loop().time
        resume = {"session": self.log.session, "token": self.token, "seq": self.log.seq}
        more = {"resume": resume} if self.log.session else {}
        await _say(socket, "hello", language="en", **more)
        self.tell(Moment.HELLO)
        async with asyncio.timeout(DIAL):
            while (message := _message(await socket.recv()))["type"] != "welcome":
                pass
        self._welcomed(message, clock())

    def _welcomed(self, welcome: dict[str, Any], now: float) -> None:
        log = self.log
        if log.session not in ("", welcome["session"]):
            log.faults.append("another session than was asked for")
        log.taken_back = max(log.taken_back, log.acknowledged - welcome["received"])
        if welcome["seq"] < log.seq:
            log.faults.append(f"the last event is {welcome['seq']}, after {log.seq} were sent")
        log.session, self.token = welcome["session"], welcome["token"]
        log.acknowledged = max(log.acknowledged, welcome["received"])
        self.received = welcome["received"]
        self.ahead = int(welcome["max_ahead_s"] * SAMPLE_RATE * BYTES)
        self.missed = welcome["seq"] > log.seq
        if self.lost is not None and log.connections:
            self.dialled = max(self.dialled, self.way())
            log.backs.append(Back(now - self.dialled, None, now - self.lost))
        log.connections += 1
        self.lost = None
        self.began = now if self.began is None else self.began
        self.stands.set()

    async def _speak(self, socket: ClientConnection) -> None:
        """What the server has not got, and some of it again; then the end."""
        audio, asked = self.talk.audio, self._unanswered()
        pos = self.received
        pos -= min(pos, self.chance.randrange(0, OVERLAP, BYTES))
        while True:
            if asked and pos >= asked[0]:
                await _say(socket, "flush", id=str(asked.pop(0)))
                self.tell(Moment.FLUSH)
            if self._leaves(pos):
                return
            if pos >= len(audio):
                break
            size = await self._due(pos)
            end = min(pos + size, len(audio), *asked[:1])
            await socket.send(encode_audio(pos, audio[pos:end]))
            pos = end
        await _say(socket, "end", pos=len(audio))
        self.tell(Moment.END)

    def _leaves(self, pos: int) -> bool:
        self.log.left = self.manner.leaves is not None and pos >= self.manner.leaves
        return self.log.left

    def _unanswered(self) -> list[int]:
        """Flushes that the server may not know of. It got those before audio that it has."""
        known = set(self.log.flushed)
        return [pos for pos in self.talk.flushes if pos >= self.received and str(pos) not in known]

    async def _due(self, pos: int) -> int:
        """Waits until there is audio to send and the server takes it; how many bytes at most."""
        clock = asyncio.get_running_loop().time
        assert self.began is not None
        rate = SAMPLE_RATE * BYTES * self.manner.pace
        spoken = (clock() - self.began) * rate
        if pos + PIECE > spoken:
            await asyncio.sleep((pos + PIECE - spoken) / rate)
        size = BEHIND if spoken - pos > BEHIND else PIECE
        while pos + size > self.received + self.ahead:
            self.moved.clear()
            await self.moved.wait()
        return size

    async def _ping(self, socket: ClientConnection) -> None:
        while True:
            await asyncio.sleep(PING)
            await _say(socket, "ping", t=0.0)

    async def _read(self, socket: ClientConnection) -> None:
        while not self.log.ended:
            async with asyncio.timeout(self.manner.patience):
                message = _message(await socket.recv())
            match message["type"]:
                case "audio_ack":
                    self.received = max(self.received, message["received"])
                    self.log.acknowledged = max(self.log.acknowledged, self.received)
                    self.moved.set()
                case "error" if message.get("code") in ("internal", "engine_failed"):
                    self.log.faults.append(f"{message['code']}: {message.get('message')}")
            if message["type"] != "welcome" and message.get("seq") is not None:
                await self._event(socket, message)

    async def _event(self, socket: ClientConnection, event: dict[str, Any]) -> None:
        log, seq = self.log, event["seq"]
        if self.missed and log.backs:
            self.missed = False
            now = asyncio.get_running_loop().time()
            log.backs[-1] = msgspec.structs.replace(log.backs[-1], first=now - self.dialled)
        if seq != log.seq + 1:
            log.faults.append(f"event {seq} after {log.seq}")
        log.seq = max(log.seq, seq)
        match event["type"]:
            case "final" if event["text"]:
                log.finals.append(Heard(seq, event["seg"], event["text"]))
            case "flushed":
                log.flushed.append(event["id"])
            case "ended":
                log.ended = True
                if event["pos"] != len(self.talk.audio):
                    log.faults.append(f"ended at {event['pos']} of {len(self.talk.audio)}")
        if (log.ended and self.manner.thanks) or (not log.ended and self.chance.random() < 0.5):
            with suppress(ConnectionClosed):
                await _say(socket, "ack", seq=seq)


async def _say(socket: ClientConnection, type: str, **fields: Any) -> None:
    await socket.send(msgspec.json.encode({"type": type, **fields}).decode())


def _message(data: str | bytes) -> dict[str, Any]:
    message: dict[str, Any] = msgspec.json.decode(data)
    return message
