"""From settings to the ports: the one place where parts are chosen and joined."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from msgspec import Struct

from storage import migrate
from storage.database import Database, connected, reachable
from storage.embedded import running
from storage.objects import open_objects
from storage.ports import (
    Artifacts,
    Audits,
    Changes,
    Deliveries,
    Downloads,
    Inventory,
    Jobs,
    Objects,
    Segments,
    Sessions,
    Sweep,
    Webhooks,
    Work,
)
from storage.postgres.artifacts import PostgresArtifacts
from storage.postgres.audits import PostgresAudits
from storage.postgres.deliveries import PostgresDeliveries
from storage.postgres.downloads import PostgresDownloads
from storage.postgres.inventory import PostgresInventory
from storage.postgres.jobs import PostgresJobs
from storage.postgres.listener import listening
from storage.postgres.segments import PostgresSegments
from storage.postgres.sessions import PostgresSessions
from storage.postgres.sweep import PostgresSweep
from storage.postgres.webhooks import PostgresWebhooks
from storage.postgres.work import PostgresWork
from storage.secret import server_secret
from storage.settings import StorageSettings


class Tables(Struct, frozen=True, kw_only=True):
    """What survives in rows."""

    sessions: Sessions
    segments: Segments
    artifacts: Artifacts
    downloads: Downloads
    jobs: Jobs
    work: Work
    audits: Audits
    sweep: Sweep
    webhooks: Webhooks
    deliveries: Deliveries
    inventory: Inventory


class Storage(Tables, frozen=True, kw_only=True):
    """What survives, as the server sees it.

    secret: what signatures of this server, on all its nodes, are derived from.
    """

    objects: Objects
    changes: Changes
    secret: bytes
    database: Database

    @asynccontextmanager
    async def together(self) -> AsyncIterator[Tables]:
        """What is done with these tables happens wholly, when the block ends, or not at all.

        One task at a time may use them. Raises Unavailable, and what the block raises.
        """
        async with self.database.together() as rows:
            yield Tables(**_tables(rows, self.changes))


def _tables(database: Database, changes: Changes) -> dict[str, Any]:
    return {
        "sessions": PostgresSessions(database),
        "segments": PostgresSegments(database),
        "artifacts": PostgresArtifacts(database),
        "downloads": PostgresDownloads(database),
        "jobs": PostgresJobs(database, changes),
        "work": PostgresWork(database),
        "audits": PostgresAudits(database),
        "sweep": PostgresSweep(database),
        "webhooks": PostgresWebhooks(database),
        "deliveries": PostgresDeliveries(database),
        "inventory": PostgresInventory(database),
    }


@asynccontextmanager
async def database_address(settings: StorageSettings) -> AsyncIterator[str]:
    """The address of a database that answers: the given one, or the embedded one while inside.

    Raises Unavailable, or Unusable for the embedded one.
    """
    if not settings.database_url:
        async with running(settings.data_dir / "postgres") as address:
            yield address
    else:
        await reachable(settings.database_url, settings.start_timeout)
        yield settings.database_url


@asynccontextmanager
async def open_storage(settings: StorageSettings) -> AsyncIterator[Storage]:
    """All of it, ready for use, with its tables at the newest revision.

    Raises Unavailable or Unusable, both StorageErrors that say what to change.
    """
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(database_address(settings))
        await migrate.upgrade(address)
        pool = connected(address, settings.connections, settings.query_timeout)
        database = await stack.enter_async_context(pool)
        objects = await stack.enter_async_context(open_objects(settings))
        heard = listening(address, settings.query_timeout)
        changes = await stack.enter_async_context(heard)
        secret = await asyncio.to_thread(server_secret, settings.secret)
        yield Storage(
            **_tables(database, changes),
            objects=objects,
            changes=changes,
            secret=secret,
            database=database,
        )
