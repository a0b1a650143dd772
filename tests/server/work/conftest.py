"""A house for a test; see house.py."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.server.work.house import House, opened, quick


@pytest_asyncio.fixture
async def house(tmp_path: Path, database_url: str) -> AsyncIterator[House]:
    async with opened(quick(tmp_path, database_url)) as made:
        yield made
