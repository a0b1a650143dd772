"""A server that takes files in, and nobody who does the jobs."""

from pathlib import Path

import pytest_asyncio

from server.settings import Settings
from tests.server.uploads.shared import quiet


@pytest_asyncio.fixture
async def settings(tmp_path: Path, database_url: str) -> Settings:
    return quiet(tmp_path, database_url)
