"""The parts of a running server, chosen once in compose.py and app.py, for whoever needs them."""

import asyncio

from msgspec import Struct

from inference.engine import Engine
from inference.types import Hypothesis, Window
from inference.vad import Vad
from server.metrics import Metrics
from server.results.finalize import Finalizer
from server.settings import Settings
from storage.bus.port import Bus
from storage.journal.writer import Journals
from storage.open import Storage

OWNER = "local"  # whoever can reach the server: there are no keys


class Core(Struct, frozen=True, kw_only=True):
    """What server and worker need. languages: codes that the model knows. node: our name among
    servers on one database."""

    settings: Settings
    engine: Engine
    vad: Vad
    storage: Storage
    metrics: Metrics
    languages: frozenset[str]
    node: str

    async def hear(self, window: Window) -> Hypothesis:
        """What the model hears. Raises TimeoutError when it does not answer."""
        async with asyncio.timeout(self.settings.server.model_timeout):
            return await self.engine.transcribe(window)


class Parts(Core, frozen=True, kw_only=True):
    """With what live sessions need besides."""

    journals: Journals
    finalizer: Finalizer
    bus: Bus
