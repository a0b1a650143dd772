"""The server as a process: how it starts, how it ends, and what a killed one leaves."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import captionflow
import httpx
import jiwer
import psutil
import pytest
import soundfile
import uvicorn

from benchmarks.speech.normalise import tokens
from server.serving import UNREAD, Socket, listening
from tests.server.shared import of, raw, talk, until
from tests.storage.shared import open_folder

START = 60.0  # seconds; a new database and a warm model take about five
CORPUS = Path(__file__).parents[2] / "benchmarks" / "corpus" / "dialogue"
pytestmark = pytest.mark.slow


class Process:
    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self.process = process
        self.log = log
        self.url = ""

    async def ready(self) -> None:
        assert self.process.stdout is not None
        async with asyncio.timeout(START):
            line = (await self.process.stdout.readline()).decode()
        assert line.startswith("ready http://"), self.log.read_text()
        self.url = line.split()[1]

    async def ended(self) -> int:
        async with asyncio.timeout(START):
            return await self.process.wait()

    def postgres(self) -> list[psutil.Process]:
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in children if "postgres" in child.name()]


@asynccontextmanager
async def started(data: Path, *arguments: str, **environment: str) -> AsyncIterator[Process]:
    """`captionflow serve` on a free port; ended, whatever happens."""
    command = [sys.executable, "-c", "from server.commands import main; main()", "serve"]
    here = {"CAPTIONFLOW_MODEL_NAME": "tiny.en", "CAPTIONFLOW_MODEL_WORKERS": "1", **environment}
    log = data.with_name("log")
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *command,
            *("--port", "0", "--data-dir", str(data), *arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env={**os.environ, **here},
        )
    served = Process(process, log)
    try:
        yield served
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        process._transport.close()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """One for all: making a database takes longer than using it."""
    folder = open_folder()
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def speech() -> bytes:
    samples, rate = soundfile.read(CORPUS / "dialogue.flac", dtype="int16")
    assert rate == 16_000
    return bytes(samples.tobytes())


async def session(url: str, id: str) -> dict[str, object]:
    async with httpx.AsyncClient(base_url=url, timeout=20) as http:
        answer = await http.get(f"/v1/sessions/{id}")
        assert answer.status_code == 200
        record: dict[str, object] = answer.json()
        return record


async def test_speech_becomes_text(data: Path, speech: bytes) -> None:
    async with started(data) as served:
        await served.ready()
        async with captionflow.connect(served.url, language="en") as live:
            seen = await talk(live, speech, piece=64_000)
        finals = of(captionflow.Final, seen)
        served.process.send_signal(signal.SIGTERM)
        assert await served.ended() == 0
    reference = json.loads((CORPUS / "manifest.jsonl").read_text().splitlines()[0])["text"]
    heard = " ".join(final.text for final in finals)
    assert jiwer.wer(" ".join(tokens(reference)), " ".join(tokens(heard))) < 0.06  # 0.019 here
    (line,) = [json.loads(line) for line in served.log.read_text().splitlines()]
    assert (line["event"], line["why"], line["level"]) == ("session over", "ended", "info")
    assert line["segments"] == len(finals) and line["seconds"] == pytest.approx(62.8, abs=0.1)
    assert not any(isinstance(value, str) and " morning" in value for value in line.values())


async def test_a_stop_gives_the_finals_and_leaves_nothing_running(
    data: Path, speech: bytes
) -> None:
    async with started(data) as served:
        await served.ready()
        postgres = served.postgres()
        assert postgres
        async with raw(served.url) as client:
            id = (await client.hello())["session"]
            await client.audio(0, speech[:160_000])
            await client.hear("speech_start")
            served.process.send_signal(signal.SIGTERM)
            assert await client.closed() == (1012, "the server stops")
            assert [it for it in client.heard if it["type"] == "final"]
        assert await served.ended() == 0
        assert not any(process.is_running() for process in postgres)
    async with started(data) as served:
        await served.ready()
        assert (await session(served.url, id))["state"] == "ready"


async def test_a_killed_server_loses_no_session(data: Path, speech: bytes) -> None:
    async with started(data) as served:
        await served.ready()
        postgres = served.postgres()
        async with raw(served.url) as client:
            id = (await client.hello())["session"]
            await client.audio(0, speech[:640_000])
            first = (await client.hear("final"))["text"]
            second = (await client.hear("final"))["text"]
            await kept(served.url, id, first)
            served.process.kill()
            await served.ended()
            client.socket.transport.abort()
        await asyncio.to_thread(psutil.wait_procs, postgres, 20)
        assert not any(process.is_running() for process in postgres)
    async with started(data, CAPTIONFLOW_SERVER_LINGER="0.1") as again:
        await again.ready()
        record = await finalized(again.url, id)
        assert record["duration"] == pytest.approx(20, abs=0.04)
        async with httpx.AsyncClient(base_url=again.url, timeout=20) as http:
            text = (await http.get(f"/v1/sessions/{id}/exports/txt")).text
            recording = (await http.get(f"/v1/sessions/{id}/recording")).content
        assert first.split()[0] in text and second
        assert len(recording) > 50_000
        again.process.send_signal(signal.SIGTERM)
        assert await again.ended() == 0
    assert list((data / "journal" / "parts").iterdir()) == []


async def finalized(url: str, id: str) -> dict[str, object]:
    """The record of a session once it is ready."""
    async with asyncio.timeout(START):
        while (record := await session(url, id))["state"] != "ready":
            await asyncio.sleep(0.05)
    return record


async def kept(url: str, id: str, text: str) -> None:
    """Waits until the server has written a segment."""
    async with httpx.AsyncClient(base_url=url, timeout=20) as http, asyncio.timeout(20):
        while text.split()[0] not in (await http.get(f"/v1/sessions/{id}/exports/txt")).text:
            await asyncio.sleep(0.05)


async def test_a_second_signal_waits_for_nobody(data: Path, speech: bytes) -> None:
    async with started(data, CAPTIONFLOW_SERVER_DRAIN_TIMEOUT="60") as served:
        await served.ready()
        postgres = served.postgres()
        async with raw(served.url) as client:
            await client.hello(options={"partials": False})
            await client.audio(0, speech[: 32_000 * 25])
            await client.hear("speech_start")
            served.process.send_signal(signal.SIGTERM)
            async with httpx.AsyncClient(base_url=served.url, timeout=20) as http:
                while (await http.get("/health/ready")).status_code == 200:
                    pass
            served.process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(12):
                assert await served.process.wait() in (0, -signal.SIGALRM)
        await asyncio.to_thread(psutil.wait_procs, postgres, 20)
        assert not any(process.is_running() for process in postgres)


async def refused(data: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    async with started(data, *arguments, **environment) as served:
        status = await served.ended()
        return status, served.log.read_text()


async def test_a_taken_port_is_told(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        status, words = await refused(data, "--port", port)
    assert status == 1 and f"cannot listen on 127.0.0.1:{port}: Address already in use" in words
    assert "Traceback" not in words


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"CAPTIONFLOW_SERVER_PORTT": "1"}, "CAPTIONFLOW_SERVER_PORTT"),
        ({"CAPTIONFLOW_SERVER_MAX_SESSIONS": "0"}, "server.max_sessions"),
        ({"CAPTIONFLOW_MODEL_NAME": "nobodys-model"}, "nobodys-model"),
        ({"DATABASE_URL": "postgresql://u:secret@127.0.0.1:1/x"}, "127.0.0.1:1"),
    ],
)
async def test_what_hinders_the_start_is_told_in_a_line(
    data: Path, environment: dict[str, str], words: str
) -> None:
    environment = {"CAPTIONFLOW_STORAGE_START_TIMEOUT": "0.5", **environment}
    status, said = await refused(data, **environment)
    assert status == 1 and words in said, said
    assert "Traceback" not in said and "secret" not in said
    assert re.search(r"^Error: ", said, re.MULTILINE)


async def test_a_slow_application_has_little_waiting_and_gets_all_of_it() -> None:
    """Reading goes on while few messages wait, and stops when they are many."""
    go = asyncio.Event()
    heard: list[bytes] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept", "subprotocol": "stt.v1"})
        await go.wait()
        while (message := await receive())["type"] == "websocket.receive":
            heard.append(message["bytes"])

    config = uvicorn.Config(application, ws=Socket, lifespan="off", log_config=None)
    server, sock = uvicorn.Server(config), listening("127.0.0.1", 0)
    serving = asyncio.create_task(server.serve([sock]))
    await until(lambda: server.started)
    size, count = 60_000, 400  # 24 MB: more than buffers of the system hold
    async with raw(f"http://127.0.0.1:{sock.getsockname()[1]}") as client:
        for number in range(count):
            client.socket.protocol.send_binary(number.to_bytes(2, "big") + bytes(size))
            client.socket.send_data()
        (connection,) = server.server_state.connections
        await until(lambda: connection.read_paused)
        assert UNREAD <= connection.queue.qsize() < UNREAD + 16
        go.set()
        await until(lambda: len(heard) == count)
    assert [int.from_bytes(each[:2], "big") for each in heard] == list(range(count))
    server.should_exit = True
    async with asyncio.timeout(START):
        await serving
    sock.close()
