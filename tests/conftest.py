"""A Postgres for the whole run, and a fresh database with our tables for every test."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from storage import migrate
from storage.embedded import running
from tests.storage.shared import QUICK, connection, in_database, new_database, open_folder

TEMPLATE = "template_of_tests"


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that the account of Postgres may enter."""
    path = open_folder()
    yield path
    shutil.rmtree(path)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres() -> AsyncIterator[str]:
    """The address of a running server."""
    path = open_folder()
    try:
        async with running(path, QUICK) as address:
            yield address
    finally:
        shutil.rmtree(path)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def template(postgres: str) -> str:
    """The name of a database on that server with our tables, to be copied."""
    async with connection(postgres) as admin:
        await admin.execute(f"CREATE DATABASE {TEMPLATE}")
    await migrate.upgrade(in_database(postgres, TEMPLATE))
    return TEMPLATE


@pytest_asyncio.fixture
async def database_url(postgres: str, template: str) -> AsyncIterator[str]:
    """The address of a database with our tables, and nothing in them."""
    async with new_database(postgres, template) as address:
        yield address
