"""A server for a test; see shared.py."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from server.settings import Settings
from tests.server.shared import Running, serving, settings_for


@pytest_asyncio.fixture
async def settings(tmp_path: Path, database_url: str) -> Settings:
    return settings_for(tmp_path, database_url)


@pytest_asyncio.fixture
async def server(settings: Settings) -> AsyncIterator[Running]:
    async with serving(settings) as running:
        yield running
