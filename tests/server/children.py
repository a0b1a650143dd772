"""Servers in processes of their own, to be killed; and a client that comes back."""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
from captionflow.protocol import encode_audio
from websockets.exceptions import WebSocketException

from server.app import create_app
from server.logs import configure
from server.serving import Server, listening
from tests.fakes import Loudness, Parrot
from tests.server.shared import WAIT, Raw, raw, settings_for, until

START = 60.0  # seconds


def serve(data: str, database_url: str, port: str, die_at: str, linger: str) -> None:
    """What the child runs. die_at: the step of a session's end after which it ends at once."""

    def done(step: str) -> None:
        if step == die_at:
            os._exit(9)

    configure("info", "json")
    server = {"linger": float(linger), "port": int(port)}
    settings = settings_for(Path(data), database_url, server=server)
    app = create_app(settings, lambda _: (Parrot(), Parrot.languages), Loudness, done)
    sock = listening("127.0.0.1", settings.server.port)
    asyncio.run(Server(app, sock, lambda url: print(url, flush=True)).run_here())


class Child:
    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process = process
        self.url = url

    async def kill(self) -> None:
        self.process.kill()
        await self.ended()

    async def ended(self) -> int:
        async with asyncio.timeout(START):
            return await self.process.wait()

    async def session(self, id: str) -> dict[str, Any]:
        async with httpx.AsyncClient(base_url=self.url, timeout=WAIT) as http:
            record: dict[str, Any] = (await http.get(f"/v1/sessions/{id}")).json()
            return record

    async def ready(self, id: str) -> dict[str, Any]:
        async def is_ready() -> bool:
            return bool((await self.session(id)).get("state") == "ready")

        await until(is_ready, START)
        return await self.session(id)

    async def get(self, path: str) -> bytes:
        async with httpx.AsyncClient(base_url=self.url, timeout=WAIT) as http:
            answer = await http.get(path)
            assert answer.status_code == 200, answer.text
            return answer.content


@asynccontextmanager
async def child(
    data: Path, database_url: str, port: int = 0, die_at: str = "", linger: float = 20.0
) -> AsyncIterator[Child]:
    code = "import sys; from tests.server.children import serve; serve(*sys.argv[1:])"
    data.mkdir(exist_ok=True)
    with (data / "log").open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", code, str(data), database_url, str(port), die_at),
            str(linger),
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(START):
            url = (await process.stdout.readline()).decode().strip()
        assert url, (data / "log").read_text()[-3000:]
        yield Child(process, url)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        process._transport.close()  # type: ignore[attr-defined]


class Talker:
    """A client that keeps its audio, loses its connection at random, and comes back."""

    def __init__(self, url: str, audio: bytes, seed: int, drops: float) -> None:
        """drops: how likely the connection is lost after a message."""
        self.url = url
        self.audio = audio
        self.chance = random.Random(seed)
        self.drops = drops
        self.session: str | None = None
        self.token = ""
        self.seq = 0
        self.acknowledged = 0
        self.connections = 0
        self.events: list[dict[str, Any]] = []
        self.settled = asyncio.Event()  # something was acknowledged
        self.over = False

    @property
    def finals(self) -> list[str]:
        return [it["text"] for it in self.events if it["type"] == "final"]

    async def run(self, until_ended: bool = True) -> None:
        async with asyncio.timeout(START):
            while not self.over:
                with suppress(WebSocketException, OSError, EOFError):
                    async with raw(self.url) as client:
                        await self._converse(client)
                if not until_ended:
                    return
                await asyncio.sleep(0.02)

    async def _converse(self, client: Raw) -> None:
        resume = {"session": self.session, "token": self.token, "seq": self.seq}
        await client.say("hello", language="en", **({"resume": resume} if self.session else {}))
        welcome = await client.next()
        if welcome["type"] == "error":
            assert welcome["code"] in ("elsewhere", "storage_unavailable", "overloaded"), welcome
            return
        assert welcome["resumed"] is (self.session is not None)
        assert self.session in (None, welcome["session"])
        assert welcome["received"] >= self.acknowledged, "what was acknowledged is gone"
        assert welcome["seq"] >= self.seq
        self.session, self.token = welcome["session"], welcome["token"]
        self.connections += 1
        reading = asyncio.create_task(self._read(client))
        try:
            await self._speak(client, welcome["received"])
            await reading
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _speak(self, client: Raw, pos: int) -> None:
        while pos < len(self.audio):
            data = self.audio[pos : pos + 3200]
            overlap = min(pos, self.chance.randrange(0, 3200, 2))
            await client.socket.send(
                encode_audio(pos - overlap, self.audio[pos - overlap : pos] + data)
            )
            pos += len(data)
            self._maybe_lose(client)
            await asyncio.sleep(0.01)
        await client.say("end", pos=len(self.audio))
        self._maybe_lose(client)

    async def _read(self, client: Raw) -> None:
        while not self.over:
            message = await client.next()
            if message["type"] == "audio_ack":
                self.acknowledged = max(self.acknowledged, message["received"])
                self.settled.set()
            if message["type"] == "error" and message["fatal"]:
                continue
            if (seq := message.get("seq")) is None or message["type"] == "welcome":
                continue
            assert seq == self.seq + 1, f"event {seq} after {self.seq}"
            self.seq = seq
            self.events.append(message)
            self.over = message["type"] == "ended"
            if self.over or self.chance.random() < 0.5:
                await client.say("ack", seq=seq)
            self._maybe_lose(client)

    def _maybe_lose(self, client: Raw) -> None:
        if self.chance.random() < self.drops:
            client.socket.transport.abort()
