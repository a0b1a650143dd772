"""A server that knows what will be said: it shows each word a moment after it has heard it.

Speaks `stt.v1` over a real WebSocket, and says over HTTP what it has kept of a session; as a
program it prints `ready http://HOST:PORT` and serves until it is told to stop.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

BYTES = 32_000  # a second
PAUSE = 0.5  # seconds after a word that end its segment

Words = Sequence[tuple[str, float, float]]


class Parrot:
    """One session: told how much audio has come, says what is to be sent."""

    def __init__(self, words: Words, delay: float) -> None:
        self.words, self.delay = words, delay
        self.said = self.first = self.seg = self.seq = 0

    def heard(self, seconds: float) -> list[dict]:
        messages = []
        while self.said < len(self.words) and self.words[self.said][2] + self.delay <= seconds:
            self.said += 1
            messages.append(self.partial())
            if (
                self.said < len(self.words)
                and self.words[self.said][1] > self.words[self.said - 1][2] + PAUSE
            ):
                messages += self.final()
        return messages

    def partial(self) -> dict:
        shown = self.words[self.first : self.said]
        stable = " ".join(word for word, _, _ in shown[:-1])
        return {
            "type": "partial",
            "seg": self.seg,
            "text": " ".join(word for word, _, _ in shown),
            "stable": len(stable),
            "start": shown[0][1],
            "end": shown[-1][2],
        }

    def final(self) -> list[dict]:
        said = self.words[self.first : self.said]
        if not said:
            return []
        message = {
            "type": "final",
            "seq": self.number(),
            "seg": self.seg,
            "start": said[0][1],
            "end": said[-1][2],
            "text": " ".join(word for word, _, _ in said),
            "endpoint": True,
        }
        self.first, self.seg = self.said, self.seg + 1
        return [message]

    def finish(self, pos: int) -> list[dict]:
        ended = {"type": "ended", "pos": pos, "duration": pos / BYTES}
        return [*self.heard(float("inf")), *self.final(), {**ended, "seq": self.number()}]

    def flush(self, pos: int, id: str) -> list[dict]:
        while self.said < len(self.words) and self.words[self.said][1] < pos / BYTES:
            self.said += 1
        flushed = {"type": "flushed", "id": id, "pos": pos}
        return [*self.final(), {**flushed, "seq": self.number()}]

    def number(self) -> int:
        self.seq += 1
        return self.seq


async def converse(
    socket: ServerConnection,
    words: Words,
    delay: float,
    fail_at: float,
    fail: Callable[[ServerConnection], None],
    ends: bool,
    kept: dict[str, float],
) -> None:
    """Serve one session; calls `fail` after `fail_at` seconds; without `ends` it never ends.

    kept: session -> seconds of audio that were stored.
    """
    parrot, received, session = Parrot(words, delay), 0, f"s{len(kept)}"
    kept[session] = 0.0

    async def tell(message: dict) -> None:
        await socket.send(json.dumps(message))

    await socket.recv()
    await tell({"type": "welcome", "session": session})
    async for message in socket:
        if isinstance(message, bytes):
            received += len(message) - 9
            if received / BYTES >= fail_at:
                fail(socket)
            for answer in parrot.heard(received / BYTES):
                await tell(answer)
            if received % 3200 == 0:
                await tell({"type": "audio_ack", "received": received, "settled": received})
            continue
        control = json.loads(message)
        if control["type"] == "flush":
            for answer in parrot.flush(received, control["id"]):
                await tell(answer)
        elif control["type"] == "end" and ends:
            kept[session] = received / BYTES
            for answer in parrot.finish(received):
                await tell(answer)
            await socket.close()


def break_line(socket: ServerConnection) -> None:
    socket.transport.abort()


def die(socket: ServerConnection) -> None:
    os._exit(3)


@asynccontextmanager
async def parrot(
    words: Words,
    delay: float = 0.1,
    fail_at: float = float("inf"),
    fail: Callable[[ServerConnection], None] = break_line,
    ends: bool = True,
) -> AsyncIterator[str]:
    """The address of such a server."""
    kept: dict[str, float] = {}

    async def handle(socket: ServerConnection) -> None:
        try:
            await converse(socket, words, delay, fail_at, fail, ends, kept)
        except ConnectionClosed:
            return

    def asked(socket: ServerConnection, request: Request) -> Response | None:
        _, _, path = request.path.partition("/v1/sessions/")
        session, _, export = path.partition("/")
        if export:
            return socket.respond(HTTPStatus.OK, " ".join(word for word, _, _ in words))
        if session in kept:
            record = {"state": "ready", "duration": kept[session]}
            return socket.respond(HTTPStatus.OK, json.dumps(record))
        return socket.respond(HTTPStatus.NOT_FOUND, "no such session") if session else None

    protocols = [Subprotocol("stt.v1")]
    async with serve(
        handle,
        "127.0.0.1",
        0,
        subprotocols=protocols,
        close_timeout=1,
        process_request=asked,
    ) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def main(words: Words, fail_at: float) -> None:
    async with parrot(words, fail_at=fail_at, fail=die) as url:
        print(f"ready {url}", flush=True)
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1]), float(sys.argv[2]) if sys.argv[2:] else 1e9))
