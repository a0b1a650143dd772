"""From settings to the ports: the one place where parts are chosen and joined."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from msgspec import Struct

from storage import migrate
from storage.database import connected, reachable
from storage.embedded import running
from storage.folder import FolderObjects
from storage.ports import Artifacts, Objects, Segments, Sessions
from storage.postgres import PostgresArtifacts, PostgresSegments, PostgresSessions
from storage.settings import StorageSettings

DAY = 86_400  # seconds


class Storage(Struct, frozen=True):
    """What survives, as the server sees it."""

    sessions: Sessions
    segments: Segments
    artifacts: Artifacts
    objects: Objects


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
        objects = FolderObjects(settings.objects)
        await objects.sweep(time.time() - DAY)
        yield Storage(
            PostgresSessions(database),
            PostgresSegments(database),
            PostgresArtifacts(database),
            objects,
        )
