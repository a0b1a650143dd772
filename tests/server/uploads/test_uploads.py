"""The whole of it: with a store that takes files itself, and with large files."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from server.parts import OWNER
from storage.records import State
from tests.server.shared import WAIT, serving
from tests.server.uploads.shared import (
    FILE,
    FORM,
    SOUND,
    announce,
    complete,
    form,
    part,
    problem,
    put,
    quiet,
    storage_of,
    take,
    wav,
)
from tests.storage.seaweed import Seaweed, running_seaweed

LARGE = 300 << 20  # bytes
PIECE = 1 << 16
ROOM = 64  # MiB that a server may take for it


@pytest.fixture(scope="module")
def seaweed() -> Iterator[Seaweed]:
    with running_seaweed() as store:
        yield store


async def test_a_bucket_takes_the_file_itself(
    tmp_path: Path, database_url: str, seaweed: Seaweed
) -> None:
    s3 = seaweed.settings()
    storage = {f"s3_{name}": getattr(s3, name) for name in S3}
    async with serving(quiet(tmp_path, database_url, storage=storage)) as server:
        told = (await announce(server, len(SOUND), sha256="0" * 64)).json()
        assert told["upload"]["url"].startswith(seaweed.url)
        problem(await complete(server, told["id"]), 409, "not_uploaded")
        assert (await put(server, told, SOUND + b"x")).status_code == 403
        assert (await put(server, told, SOUND)).status_code == 200
        problem(await complete(server, told["id"]), 422, "upload_mismatch")
        told = (await announce(server, len(SOUND))).json()
        assert (await put(server, told, SOUND)).status_code == 200
        job = (await complete(server, told["id"])).json()
        assert job["status"] == "queued"
        other = (await take(server, wav("####"))).json()
        session = await storage_of(server).sessions.get(OWNER, other["session_id"])
        assert session is not None and session.state is State.QUEUED


S3 = ("url", "bucket", "prefix", "access_key", "secret_key")


def serve(data: str, database_url: str) -> None:
    """What the child of the next test runs."""
    from server.app import create_app
    from server.serving import Server, listening
    from tests.fakes import Loudness, Parrot

    settings = quiet(Path(data), database_url, uploads={"max_bytes": 1 << 30, "silence": WAIT})
    app = create_app(settings, lambda _: (Parrot(), Parrot.languages), Loudness)
    server = Server(app, listening("127.0.0.1", 0), lambda url: print(url, flush=True))
    asyncio.run(server.run_here())


@asynccontextmanager
async def child(data: Path, database_url: str) -> AsyncIterator[tuple[int, str]]:
    """The process and the address of a server of its own."""
    code = "import sys; from tests.server.uploads.test_uploads import serve; serve(*sys.argv[1:])"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(data), database_url, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            url = (await process.stdout.readline()).decode().strip()
        yield process.pid, url
    finally:
        process.terminate()
        async with asyncio.timeout(60):
            await process.communicate()


def memory(pid: int, what: str) -> int:
    """MiB. VmRSS: now; VmHWM: the most since `forget`."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(what)).split()[1]) >> 10


def forget(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def header() -> bytes:
    """Of a WAV file of LARGE bytes, which is far longer than allowed."""
    found = bytearray(SOUND[:44])
    found[4:8] = (LARGE - 8).to_bytes(4, "little")
    found[40:44] = (LARGE - 44).to_bytes(4, "little")
    return bytes(found)


async def sound() -> AsyncIterator[bytes]:
    yield header()
    for _ in range((LARGE - 44) // PIECE):
        yield bytes(PIECE)
    yield bytes((LARGE - 44) % PIECE)


async def formed() -> AsyncIterator[bytes]:
    yield part("file", b"", "a.wav", "audio/wav")[:-2]
    async for piece in sound():
        yield piece
    yield b"\r\n" + form()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_a_large_file_takes_little_memory(tmp_path: Path, database_url: str) -> None:
    async with (
        child(tmp_path, database_url) as (pid, url),
        httpx.AsyncClient(base_url=url, timeout=120) as http,
    ):
        warm = await http.post("/v1/jobs", content=form(FILE), headers=FORM)
        assert warm.status_code == 202, warm.text
        for way in (by_form, by_announcement):
            forget(pid)
            before = memory(pid, "VmRSS")
            await way(http)
            assert memory(pid, "VmHWM") - before < ROOM


async def by_form(http: httpx.AsyncClient) -> None:
    problem(await http.post("/v1/jobs", content=formed(), headers=FORM), 413, "too_long")


async def by_announcement(http: httpx.AsyncClient) -> None:
    said = {"kind": "upload", "filename": "a", "content_type": "audio/wav", "bytes": LARGE}
    told = (await http.post("/v1/sessions", json=said)).json()
    upload = told["upload"]
    headers = {**upload["headers"], "content-length": str(LARGE)}
    answer = await http.put(upload["url"], content=sound(), headers=headers)
    assert answer.json()["bytes"] == LARGE
    problem(await http.post(f"/v1/sessions/{told['id']}/complete"), 413, "too_long")
