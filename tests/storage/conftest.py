"""Databases as single modules of storage want them; the server is in tests/conftest.py."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from storage.database import Database, connected
from storage.postgres import PostgresSessions
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
