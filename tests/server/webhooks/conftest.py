"""Storage on a fresh database, and a receiver."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from storage.open import Storage, open_storage
from storage.settings import StorageSettings
from tests.server.webhooks.receiver import Receiver, receiving


@pytest_asyncio.fixture
async def storage(tmp_path: Path, database_url: str) -> AsyncIterator[Storage]:
    async with open_storage(StorageSettings(data_dir=tmp_path, database_url=database_url)) as it:
        yield it


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as it:
        yield it
