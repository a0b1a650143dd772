"""Storage on a fresh database, with objects in a folder or in SeaweedFS."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from storage.open import Storage, open_storage
from storage.settings import StorageSettings
from tests.server.retention.shared import listen
from tests.storage.seaweed import Seaweed, running_seaweed


@pytest.fixture(scope="session")
def seaweed() -> Iterator[Seaweed]:
    with running_seaweed() as server:
        yield server


@pytest_asyncio.fixture
async def storage(tmp_path: Path, database_url: str) -> AsyncIterator[Storage]:
    async with open_storage(StorageSettings(data_dir=tmp_path, database_url=database_url)) as it:
        await listen(it)
        yield it


@pytest_asyncio.fixture
async def on_s3(tmp_path: Path, database_url: str, seaweed: Seaweed) -> AsyncIterator[Storage]:
    s3 = seaweed.settings()
    settings = StorageSettings(
        data_dir=tmp_path,
        database_url=database_url,
        s3_url=s3.url,
        s3_bucket=s3.bucket,
        s3_prefix=s3.prefix,
        s3_access_key=s3.access_key,
        s3_secret_key=s3.secret_key,
        s3_timeout=5.0,
    )
    async with open_storage(settings) as it:
        await listen(it)
        yield it


@pytest.fixture(params=["storage", "on_s3"])
def either(request: pytest.FixtureRequest) -> Storage:
    """With one object store, then with the other."""
    chosen: Storage = request.getfixturevalue(request.param)
    return chosen
