"""The app of this checkout in the loop of a test, with the models that hear tones."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from benchmarks.chaos.model import NAME, Loudness, models
from server.app import create_app
from server.serving import Server, listening
from tests.server.shared import WAIT, settings_for


@asynccontextmanager
async def hearing_tones(data: Path, database_url: str, **sections: Any) -> AsyncIterator[str]:
    """Its address."""
    settings = settings_for(data, database_url, model={"name": NAME}, **sections)
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    app = create_app(settings, models, Loudness)
    server = Server(app, listening("127.0.0.1", 0), ready.set_result)
    task = asyncio.create_task(server.run_here())
    await asyncio.wait({task, ready}, timeout=WAIT, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield ready.result()
    finally:
        server.should_exit = True
        async with asyncio.timeout(WAIT):
            await task
