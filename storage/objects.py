"""Which object store it is to be: from settings to the port `Objects`. No store is in here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from storage.folder import FolderObjects
from storage.ports import Objects
from storage.settings import StorageSettings

CUT_OFF = timedelta(days=1)  # since when what is half put is of a server that was killed


@asynccontextmanager
async def open_objects(settings: StorageSettings) -> AsyncIterator[Objects]:
    """The bucket if there is one in the settings, else the folder. Raises Unavailable."""
    if settings.s3 is None:
        yield await _tidied(FolderObjects(settings.objects))
        return
    from storage.s3.store import connected  # a folder needs none of its libraries

    async with connected(settings.s3, settings.start_timeout) as objects:
        yield await _tidied(objects)


async def _tidied(objects: Objects) -> Objects:
    await objects.tidy(datetime.now(UTC) - CUT_OFF)
    return objects
