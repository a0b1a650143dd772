"""What nodes share in a test: a database, a place in a bucket, a Valkey server."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from storage.s3.store import S3Objects, connected
from storage.settings import S3Settings
from tests.nodes.shared import Site
from tests.storage.bus.shared import Server
from tests.storage.seaweed import Seaweed, running_seaweed
from tests.storage.shared import open_folder


@pytest.fixture(scope="session")
def seaweed() -> Iterator[Seaweed]:
    with running_seaweed() as server:
        yield server


@pytest.fixture
def s3_settings(seaweed: Seaweed) -> S3Settings:
    return seaweed.settings()


@pytest_asyncio.fixture
async def objects(s3_settings: S3Settings) -> AsyncIterator[S3Objects]:
    async with connected(s3_settings, start_timeout=30) as opened:
        yield opened


@pytest.fixture
def valkey() -> Iterator[Server]:
    server = Server()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def site(tmp_path: Path, database_url: str, s3_settings: S3Settings, valkey: Server) -> Site:
    return Site(tmp_path, database_url, s3_settings, valkey.url)


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that the account of Postgres may enter."""
    path = open_folder()
    yield path
    shutil.rmtree(path)
