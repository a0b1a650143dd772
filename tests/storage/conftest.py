"""Databases and object stores as single modules of storage want them.

The database server is in tests/conftest.py.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from storage.database import Database, connected
from storage.folder import FolderObjects
from storage.postgres.segments import PostgresSegments
from storage.postgres.sessions import PostgresSessions
from storage.s3.bucket import Bucket
from storage.s3.store import S3Objects
from storage.s3.store import connected as connected_s3
from storage.settings import S3Settings
from tests.storage.seaweed import Seaweed, running_seaweed
from tests.storage.shared import new_database


@pytest_asyncio.fixture
async def empty_database(postgres: str) -> AsyncIterator[str]:
    """The address of a database without our tables."""
    async with new_database(postgres) as address:
        yield address


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with connected(database_url, connections=4, timeout=10) as opened:
        yield opened


@pytest.fixture
def sessions(database: Database) -> PostgresSessions:
    return PostgresSessions(database)


@pytest.fixture(scope="session")
def seaweed() -> Iterator[Seaweed]:
    """One for the whole run, with one bucket; every test has a prefix of its own in it."""
    with running_seaweed() as server:
        yield server


@pytest.fixture
def s3_settings(seaweed: Seaweed) -> S3Settings:
    return seaweed.settings()


@pytest_asyncio.fixture
async def s3_objects(s3_settings: S3Settings) -> AsyncIterator[S3Objects]:
    async with connected_s3(s3_settings, start_timeout=30) as objects:
        yield objects


@pytest.fixture
def bucket(s3_objects: S3Objects, s3_settings: S3Settings) -> Iterator[Bucket]:
    """The one that `s3_objects` is in, to look behind it."""
    opened = Bucket(s3_settings, connections=2)
    yield opened
    opened.close()


@pytest.fixture
def folder_objects(tmp_path: Path) -> FolderObjects:
    return FolderObjects(tmp_path / "objects")


@pytest.fixture
def segments(database: Database) -> PostgresSegments:
    return PostgresSegments(database)
