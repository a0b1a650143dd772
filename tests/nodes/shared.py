"""Several servers in processes of their own, on one Postgres, one S3 store and one Valkey."""

import asyncio
import io
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import soundfile
from websockets.exceptions import WebSocketException

from server.app import create_app
from server.logs import configure
from server.serving import Server, listening
from storage.journal import reader
from storage.journal.records import Audio, Event
from storage.ports import Objects
from storage.settings import S3Settings
from tests.fakes import Loudness, Parrot
from tests.server.children import START, Child
from tests.server.shared import Raw, pcm, raw, settings_for

LEASE = 2.0  # seconds
SEAL = 0.2  # seconds
TALK = pcm(("...." + "#" * 12 + "." * 9 + "#" * 9 + "." * 11) * 3)
HALF = len(TALK) // 2 // 3200 * 3200
QUARTER = len(TALK) // 4 // 3200 * 3200

Sections = Mapping[str, Mapping[str, Any]]


def sections(s3: S3Settings, bus: str, node: str, **server: Any) -> dict[str, dict[str, Any]]:
    """Settings of a node among others."""
    storage = {"bus_url": bus, "seal_after": SEAL, "s3_timeout": 3.0, "s3_url": s3.url}
    storage |= {"s3_bucket": s3.bucket, "s3_prefix": s3.prefix}
    storage |= {"s3_access_key": s3.access_key, "s3_secret_key": s3.secret_key}
    given = {"node": node, "lease": LEASE, "linger": 20.0}
    return {"storage": storage, "server": {**given, **server}}


def serve(data: str, database_url: str, given: str) -> None:
    """What a node runs. given: sections of settings, as JSON."""
    configure("info", "json")
    settings = settings_for(Path(data), database_url, **json.loads(given))
    app = create_app(settings, lambda _: (Parrot(), Parrot.languages), Loudness)
    sock = listening("127.0.0.1", settings.server.port)
    asyncio.run(Server(app, sock, lambda url: print(url, flush=True)).run_here())


class Node(Child):
    def __init__(self, process: asyncio.subprocess.Process, url: str, data: Path) -> None:
        super().__init__(process, url)
        self.data = data

    def logged(self, event: str) -> list[dict[str, Any]]:
        """What its log has of this kind."""
        lines = [
            msgspec.json.decode(line) for line in (self.data / "log").read_bytes().splitlines()
        ]
        return [line for line in lines if line.get("event") == event]


@asynccontextmanager
async def node(data: Path, database_url: str, given: Sections) -> AsyncIterator[Node]:
    code = "import sys; from tests.nodes.shared import serve; serve(*sys.argv[1:])"
    data.mkdir(exist_ok=True)
    with (data / "log").open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", code, str(data), database_url, json.dumps(given)),
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(START):
            url = (await process.stdout.readline()).decode().strip()
        assert url, (data / "log").read_text()[-3000:]
        yield Node(process, url, data)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        process._transport.close()  # type: ignore[attr-defined]


class Site:
    """Where nodes are: what they share, and a folder for each."""

    def __init__(self, folder: Path, database_url: str, s3: S3Settings, bus: str) -> None:
        self.folder = folder
        self.database_url = database_url
        self.s3 = s3
        self.bus = bus

    def node(self, name: str, seal: float = SEAL, **server: Any) -> Any:
        given = sections(self.s3, self.bus, name, **server)
        given["storage"] |= {"seal_after": seal, "secret_file": str(self.folder / "secret")}
        return node(self.folder / name, self.database_url, given)

    @asynccontextmanager
    async def nodes(self, names: str, **given: Any) -> AsyncIterator[list[Node]]:
        """One for each letter, started together."""
        async with AsyncExitStack() as stack:
            starting = [self.node(name, **given) for name in names]
            yield list(await asyncio.gather(*map(stack.enter_async_context, starting)))


async def sealed(objects: Objects, session: str) -> tuple[int, int]:
    """What other nodes would find of a session: the end of its audio, the number of its last
    event."""
    pos = seq = 0
    async for record in reader.load(Path("/nowhere"), objects, session):
        match record:
            case Audio(end=end):
                pos = end
            case Event(seq=number):
                seq = number
    return pos, seq


async def spoken(url: str) -> list[str]:
    """The finals of the talk when nothing goes wrong."""
    async with raw(url) as client:
        await client.hello()
        await client.audio(0, TALK)
        await client.say("end", pos=len(TALK))
        await client.closed()
        return finals(client.heard)


async def recording(node: Node, session: str) -> Any:
    flac = await node.get(f"/v1/sessions/{session}/recording")
    return soundfile.read(io.BytesIO(flac), dtype="int16")[0]


async def come_back(url: str, welcome: dict[str, Any], seq: int) -> tuple[Any, Raw]:
    """A connection that goes on with a session, once its old server's lease is over; the caller
    leaves it."""
    resume = {"session": welcome["session"], "token": welcome["token"], "seq": seq}
    async with asyncio.timeout(START):
        while True:
            entered = raw(url)
            try:
                client = await entered.__aenter__()
                await client.say("hello", language="en", resume=resume)
                if (await client.next())["type"] == "welcome":
                    return entered, client
            except (WebSocketException, OSError, EOFError):
                pass
            assert client.heard[-1].get("code") == "elsewhere", client.heard
            await entered.__aexit__(None, None, None)
            await asyncio.sleep(0.1)


def finals(heard: list[dict[str, Any]]) -> list[str]:
    return [each["text"] for each in heard if each["type"] == "final"]


def last_seq(heard: list[dict[str, Any]]) -> int:
    return max(each.get("seq", 0) for each in heard)
