"""What the tests of storage share: a server's settings, databases, records, processes."""

import itertools
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any
from urllib.parse import urlsplit

import asyncpg

import storage
from storage.records import Job, Session, State

QUICK = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
numbers = itertools.count(1)


def in_database(address: str, name: str) -> str:
    """The same server's address, for another of its databases."""
    return urlsplit(address)._replace(path=f"/{name}").geturl()


@asynccontextmanager
async def connection(address: str) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(address, timeout=20)
    try:
        yield opened
    finally:
        await opened.close(timeout=20)


@asynccontextmanager
async def new_database(address: str, template: str = "template1") -> AsyncIterator[str]:
    name = f"test_{next(numbers)}"
    async with connection(address) as admin:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield in_database(address, name)
        finally:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def open_folder() -> Path:
    """A folder that the account of Postgres may enter, which pytest's own are not for root."""
    path = Path(tempfile.mkdtemp(prefix="cf-"))
    path.chmod(0o711)
    return path


NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, UTC)


def a_session(id: str = "s1", **facts: Any) -> Session:
    given = {"owner": "ann", "kind": "live", "protocol": "stt.v1", "model": "base"}
    return Session(**{"id": id, "created_at": NOON, **given, **facts})


def python(script: str, *arguments: object, stdin: int | None = None) -> "Popen[str]":
    """A process of its own that runs the script, with our packages at hand."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    root = Path(storage.__file__).parents[1]
    return Popen(command, cwd=root, stdin=stdin, stdout=PIPE, text=True)


def a_job(id: str = "j1", **facts: Any) -> Job:
    given = {"owner": "ann", "session": "s1", "kind": "transcribe", "queue": "small"}
    return Job(**{"id": id, "created_at": NOON, **given, **facts})


def an_upload(id: str = "s1", **facts: Any) -> Session:
    return a_session(id, **{"kind": "upload", "state": State.QUEUED, **facts})
