"""The app under a real uvicorn in the loop of a test, and what talks to it."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import captionflow
import httpx
import msgspec
import numpy as np
import soundfile
from captionflow.protocol import encode_audio
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_socket
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from server.app import create_app
from server.live.registry import Registry
from server.serving import Server, listening
from server.settings import Settings, load
from storage.journal.reader import sessions
from tests.fakes import Loudness, Parrot, drawn

WAIT = 15.0  # seconds; far more than anything here takes
RATE = 16_000
FRAME = 64_000  # bytes of audio in a message; under the limit, and whole samples in any format


def settings_for(data: Path, database_url: str, **sections: Mapping[str, Any]) -> Settings:
    """Settings of a test: nothing to be waited for takes long."""
    server = {"host": "127.0.0.1", "port": 0, "drain_timeout": 10.0, "linger": 0.2}
    server |= sections.get("server", {})
    storage = {"data_dir": data, "database_url": database_url, "query_timeout": 5.0}
    storage |= sections.get("storage", {})
    model = {"workers": 2, **sections.get("model", {})}
    streaming = sections.get("streaming", {})
    ours = {"server": server, "storage": storage, "model": model, "streaming": streaming}
    given = {**sections, **ours}
    return load(None, {}, given)


class Running:
    """A server of a test."""

    def __init__(self, server: Server, model: Parrot, settings: Settings) -> None:
        self.server = server
        self.model = model
        self.settings = settings
        self.url = server.address
        self.http = httpx.AsyncClient(base_url=server.address, timeout=WAIT)

    @property
    def registry(self) -> Registry:
        registry: Registry = self.server.app.state.registry
        return registry

    async def journals(self) -> set[str]:
        """Sessions that have a journal on this server's disk."""
        return await sessions(self.settings.storage.data_dir / "journal", None)

    async def tidied(self) -> None:
        """Waits until nothing is left of any session but what is stored."""

        async def clean() -> bool:
            return not (self.registry.running or self.registry.ended or await self.journals())

        await until(clean)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.http.get(path, headers=headers)

    async def session(self, id: str) -> dict[str, Any]:
        answer = await self.get(f"/v1/sessions/{id}")
        assert answer.status_code == 200, answer.text
        record: dict[str, Any] = answer.json()
        return record

    async def over(self, id: str) -> dict[str, Any]:
        """The record of a session once this server is done with it."""
        await until(lambda: id not in self.registry.running)
        return await self.session(id)

    async def recording(self, id: str) -> tuple[np.ndarray[Any, np.dtype[np.int16]], int]:
        answer = await self.get(f"/v1/sessions/{id}/recording")
        assert answer.status_code == 200, answer.text
        samples, rate = soundfile.read(io.BytesIO(answer.content), dtype="int16")
        return samples, rate

    def connect(self, **options: Any) -> Any:
        return captionflow.connect(self.url, language="en", **options)


@asynccontextmanager
async def serving(settings: Settings, model: Parrot | None = None) -> AsyncIterator[Running]:
    model = model or Parrot()
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    app = create_app(settings, lambda _: (model, Parrot.languages), Loudness)
    sock = listening(settings.server.host, settings.server.port)
    server = Server(app, sock, ready.set_result)
    task = asyncio.create_task(server.run_here())
    await asyncio.wait({task, ready}, timeout=WAIT, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        ready.cancel()
        task.result()
    running = Running(server, model, settings)
    try:
        yield running
    finally:
        model.release()
        await running.http.aclose()
        server.should_exit = True
        async with asyncio.timeout(WAIT):
            await task


async def until(
    true: Callable[[], bool] | Callable[[], Awaitable[bool]], seconds: float = WAIT
) -> None:
    """Turns of the loop until something is so."""
    async with asyncio.timeout(seconds):
        while True:
            answer = true()
            if answer is True or (not isinstance(answer, bool) and await answer):
                return
            await asyncio.sleep(0.005)


def pcm(picture: str) -> bytes:
    """A drawing (see tests/fakes.py) as a client sends it: 100 ms a character, s16 at 16 kHz."""
    return (drawn(picture) * 32_000).astype("<i2").tobytes()


async def talk(live: captionflow.Live, audio: bytes, piece: int = 3200) -> list[Any]:
    """Send all of it and end; every event until the end."""

    async def speak() -> None:
        for at in range(0, len(audio), piece):
            await live.send(audio[at : at + piece])
        await live.end()

    speaking = asyncio.create_task(speak())
    try:
        return await events(live)
    finally:
        await speaking


async def events(live: captionflow.Live) -> list[Any]:
    async with asyncio.timeout(WAIT):
        return [event async for event in live]


def of(kind: type, seen: list[Any]) -> list[Any]:
    return [event for event in seen if isinstance(event, kind)]


class Raw:
    """A client that may say anything."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []

    async def say(self, type: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": type, **fields}))

    async def hello(self, **fields: Any) -> dict[str, Any]:
        await self.say("hello", **{"language": "en", **fields})
        return await self.hear("welcome")

    async def audio(self, pos: int, data: bytes, piece: int = FRAME) -> None:
        """In frames that the server takes."""
        for at in range(0, len(data), piece):
            await self.socket.send(encode_audio(pos + at, data[at : at + piece]))

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(WAIT):
            message: dict[str, Any] = msgspec.json.decode(await self.socket.recv())
        self.heard.append(message)
        return message

    async def hear(self, type: str) -> dict[str, Any]:
        """The next message of this type."""
        while (message := await self.next())["type"] != type:
            pass
        return message

    async def closed(self) -> tuple[int, str]:
        """Read to the end; the code and the reason of the close."""
        try:
            while True:
                await self.next()
        except ConnectionClosed as closed:
            assert closed.rcvd is not None, "the connection was lost without a close"
            return closed.rcvd.code, closed.rcvd.reason

    @property
    def error(self) -> dict[str, Any]:
        """The fatal error that came last."""
        return [it for it in self.heard if it["type"] == "error" and it["fatal"]][-1]


@asynccontextmanager
async def raw(url: str) -> AsyncIterator[Raw]:
    address = url.replace("http", "ws", 1) + "/v1/stream"
    async with open_socket(
        address, subprotocols=[Subprotocol("stt.v1")], compression=None, close_timeout=1
    ) as socket:
        yield Raw(socket)
