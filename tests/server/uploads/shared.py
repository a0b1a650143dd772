"""Files and forms for the tests of uploads, and a worker's part of a job."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import soundfile

from server.settings import Settings
from storage.open import Storage
from storage.records import Job
from tests.fakes import drawn
from tests.server.shared import WAIT, Running, settings_for

BOUNDARY = "a-boundary"
FORM = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}


def quiet(data: Path, database_url: str, **sections: Mapping[str, Any]) -> Settings:
    """Settings with small limits, and without anybody who does the jobs."""
    uploads = {"silence": 0.3, "max_bytes": 4_000_000, "max_seconds": 60, "max_waiting": 3}
    uploads |= sections.pop("uploads", {})
    return settings_for(data, database_url, work={"embedded": False}, uploads=uploads, **sections)


def wav(picture: str = "..####..", rate: int = 16_000) -> bytes:
    """A drawing (see tests/fakes.py) as a file."""
    file = io.BytesIO()
    soundfile.write(file, drawn(picture), rate, format="WAV", subtype="PCM_16")
    return file.getvalue()


def silence(seconds: int, rate: int = 8000) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.zeros(seconds * rate, np.int16), rate, format="FLAC")
    return file.getvalue()


def part(name: str, value: bytes | str, filename: str | None = None, kind: str = "") -> bytes:
    data = value.encode() if isinstance(value, str) else value
    named = f'; filename="{filename}"' if filename is not None else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n'
    typed = f"Content-Type: {kind}\r\n" if kind else ""
    return (head + typed + "\r\n").encode() + data + b"\r\n"


SOUND = wav()
FORM_LINE = f"content-type: {FORM['content-type']}"
FILE = part("file", SOUND, "a.wav", "audio/wav")


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


async def slowly(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    """A body without a length."""
    for piece in pieces:
        yield piece


async def raw(server: Running, path: str, body: bytes, *headers: str) -> httpx.Response:
    """The answer to a body that may be less than what was promised, and then nothing more."""
    address = urlsplit(server.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    lines = [f"POST {path} HTTP/1.1", "host: a", *headers, "", ""]
    try:
        writer.write("\r\n".join(lines).encode() + body)
        async with asyncio.timeout(WAIT):
            head = await reader.readuntil(b"\r\n\r\n")
            first, *named = head.decode().strip().split("\r\n")
            found = dict(line.split(": ", 1) for line in named)
            content = await reader.readexactly(int(found["content-length"]))
        return httpx.Response(int(first.split()[1]), headers=found, content=content)
    finally:
        writer.close()


async def take(
    server: Running, data: bytes | None = None, key: str | None = None, **fields: str
) -> httpx.Response:
    """`POST /v1/jobs`."""
    sound = SOUND if data is None else data
    headers = {} if key is None else {"idempotency-key": key}
    return await server.http.post(
        "/v1/jobs", files={"file": ("a.wav", sound, "audio/wav")}, data=fields, headers=headers
    )


async def announce(server: Running, size: int, **facts: Any) -> httpx.Response:
    given = {"kind": "upload", "filename": "a.wav", "content_type": "audio/wav", "bytes": size}
    return await server.http.post("/v1/sessions", json={**given, **facts})


async def put(server: Running, answer: Mapping[str, Any], data: Any, **headers: str) -> Any:
    """The file to where the announcement says."""
    upload = answer["upload"]
    return await server.http.request(
        upload["method"], upload["url"], content=data, headers={**upload["headers"], **headers}
    )


async def complete(server: Running, id: str, key: str | None = None) -> httpx.Response:
    headers = {} if key is None else {"idempotency-key": key}
    return await server.http.post(f"/v1/sessions/{id}/complete", headers=headers)


async def arrived(server: Running, data: bytes | None = None, **facts: Any) -> str:
    """An announced session whose file is there; its id."""
    sound = SOUND if data is None else data
    answer = (await announce(server, len(sound), **facts)).json()
    assert (await put(server, answer, sound)).status_code == 200
    return str(answer["id"])


def storage_of(server: Running) -> Storage:
    return server.registry.parts.storage


async def stored(server: Running) -> list[str]:
    """The keys of all uploads that are kept."""
    keys = await storage_of(server).objects.list()
    return [key for key in keys if key.endswith("/upload")]


async def claimed(server: Running, worker: str = "w") -> Job:
    """The next job, as a worker has it."""
    now = datetime.now(UTC)
    job = await storage_of(server).work.claim(["small", "medium", "large"], worker, now)
    assert job is not None
    return job


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """What is wrong, which is said as it should be."""
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    ), answer.text
    told: dict[str, Any] = json.loads(answer.content)
    assert (told["status"], told["code"]) == (status, code), told
    return told
