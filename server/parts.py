"""The parts of a running server, chosen once in app.py and handed to whoever needs them."""

import asyncio

from msgspec import Struct

from inference.engine import Engine
from inference.types import Hypothesis, Window
from inference.vad import Vad
from server.metrics import Metrics
from server.settings import Settings
from server.spool import Spool
from storage.open import Storage

OWNER = "local"  # whoever can reach the server: there are no keys


class Parts(Struct, frozen=True):
    """languages: codes that the model knows."""

    settings: Settings
    engine: Engine
    vad: Vad
    storage: Storage
    metrics: Metrics
    languages: frozenset[str]

    @property
    def spool(self) -> Spool:
        return Spool(self.settings.storage.data_dir / "spool")

    async def hear(self, window: Window) -> Hypothesis:
        """What the model hears. Raises TimeoutError when it does not answer."""
        async with asyncio.timeout(self.settings.server.model_timeout):
            return await self.engine.transcribe(window)
