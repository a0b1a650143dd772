"""The app of this checkout in the loop of the test, with the models of these benchmarks."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from benchmarks.chaos.model import NAME, Loudness, models
from server.app import create_app
from server.serving import Server, listening
from tests.server.shared import WAIT, settings_for


@pytest.fixture
async def url(tmp_path, database_url) -> AsyncIterator[str]:
    settings = settings_for(tmp_path, database_url, server={"linger": 5.0}, model={"name": NAME})
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    app = create_app(settings, models, Loudness)
    server = Server(app, listening("127.0.0.1", 0), ready.set_result)
    task = asyncio.create_task(server.run_here())
    await asyncio.wait({task, ready}, timeout=WAIT, return_when=asyncio.FIRST_COMPLETED)
    yield ready.result()
    server.should_exit = True
    async with asyncio.timeout(WAIT):
        await task
