"""The app of this checkout, in the loop of the test, with models that cost nothing."""

from collections.abc import AsyncIterator

import pytest

from tests.server.shared import Running, serving, settings_for


@pytest.fixture
async def server(tmp_path, database_url) -> AsyncIterator[Running]:
    """Room for three sessions."""
    settings = settings_for(tmp_path, database_url, server={"max_sessions": 3})
    async with serving(settings) as running:
        yield running
