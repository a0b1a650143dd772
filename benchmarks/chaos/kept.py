"""What a server has of its sessions at the end: recordings over HTTP, rows from its database."""

import asyncio
import io
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
import numpy as np
import soundfile
from msgspec import Struct
from numpy.typing import NDArray

from benchmarks.chaos.verdict import Kept, Recording
from server.commands.ask import address
from storage import migrate
from storage.open import database_address
from storage.settings import StorageSettings

TIMEOUT = 60.0  # seconds for a recording, and for the database

COUNT = """
CREATE TABLE became_ready (session text NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE FUNCTION became_ready() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO became_ready (session) VALUES (NEW.id); RETURN NULL; END $$;
CREATE TRIGGER became_ready AFTER UPDATE ON sessions FOR EACH ROW
    WHEN (NEW.state = 'ready' AND OLD.state <> 'ready') EXECUTE FUNCTION became_ready();
"""
"""A witness of our own, in the database: whatever the server says of itself, this counts."""

TELL = """
INSERT INTO webhooks (id, owner, url, events, created_at)
VALUES ('chaos', 'local', 'http://192.0.2.1/', $1, now())
"""
"""A receiver that never answers, so that what it was to be told stays."""

ROWS = """
SELECT id, state,
    ARRAY(SELECT coalesce(live_text, text) FROM segments WHERE session = s.id AND text <> ''
          ORDER BY number) AS texts,
    ARRAY(SELECT name FROM artifacts WHERE session = s.id ORDER BY name) AS artifacts,
    (SELECT count(*) FROM became_ready WHERE session = s.id) AS readied,
    (SELECT count(*) FROM deliveries WHERE webhook = 'chaos' AND event = 'session.ready'
        AND body->'data'->>'session_id' = s.id) AS told
FROM sessions s WHERE kind = 'live'
"""


class Row(Struct, frozen=True):
    """A session as the database has it."""

    state: str
    texts: tuple[str, ...]
    artifacts: tuple[str, ...]
    readied: int
    told: int

    def kept(self, recording: Recording | None) -> Kept:
        counts = (self.readied, self.told)
        return Kept(self.state, recording, self.texts, self.artifacts, *counts)


@asynccontextmanager
async def database(settings: StorageSettings) -> AsyncIterator[asyncpg.Connection]:
    """No server may run in the folder meanwhile if the database is the embedded one."""
    async with database_address(settings) as dsn:
        await migrate.upgrade(dsn)
        connection = await asyncpg.connect(dsn, timeout=TIMEOUT, command_timeout=TIMEOUT)
        try:
            yield connection
        finally:
            await connection.close(timeout=TIMEOUT)


async def prepare(settings: StorageSettings, events: Sequence[str] = ("session.ready",)) -> None:
    """The tables, and the witness; before the first server. events: what is told."""
    async with database(settings) as connection:
        await connection.execute(COUNT)
        await connection.execute(TELL, list(events))


async def rows(settings: StorageSettings) -> dict[str, Row]:
    """Every session, by its id; after the last server."""
    async with database(settings) as connection:
        found: Sequence[asyncpg.Record] = await connection.fetch(ROWS)
    return {row["id"]: _row(row) for row in found}


def _row(row: asyncpg.Record) -> Row:
    counts = (row["readied"], row["told"])
    return Row(row["state"], tuple(row["texts"]), tuple(row["artifacts"]), *counts)


async def downloaded(url: str, session: str) -> bytes | None:
    """The recording's file; None when there is none."""
    return await asyncio.to_thread(_download, address(url, f"/v1/sessions/{session}/recording"))


async def recording(url: str, session: str) -> NDArray[np.int16] | None:
    """Its samples."""
    data = await downloaded(url, session)
    return None if data is None else await decoded(data)


async def decoded(data: bytes) -> NDArray[np.int16]:
    samples, _ = await asyncio.to_thread(soundfile.read, io.BytesIO(data), dtype="int16")
    found: NDArray[np.int16] = samples
    return found


def _download(where: str) -> bytes | None:
    try:
        with urllib.request.urlopen(where, timeout=TIMEOUT) as answer:
            body: bytes = answer.read()
            return body
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 404:
                return None
            raise
