"""Which engine hears a job: the server's own, or one of another model, loaded when it is wanted.

At most one other at a time: who wants a third waits until nobody hears with the second.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic

from msgspec.structs import replace

from inference.engine import Engine
from server.compose import Load, engine_of
from server.logs import logger
from server.parts import Core

log = logger("models")


class Other:
    """A model besides the server's own, and how many jobs hear with it."""

    def __init__(self, name: str, engine: Engine, stack: AsyncExitStack) -> None:
        self.name = name
        self.engine = engine
        self.stack = stack
        self.users = 0
        self.idle_since = 0.0


class Models:
    def __init__(self, core: Core, load: Load, unload: float) -> None:
        """load: how a model is had. unload: seconds that the other one stays unused."""
        self.core = core
        self.load = load
        self.unload = unload
        self.other: Other | None = None
        self.changed = asyncio.Condition()

    @asynccontextmanager
    async def engine(self, name: str) -> AsyncIterator[Engine]:
        """The engine of this model. Raises UnknownModel, BadWeights."""
        if name == self.core.settings.model.name:
            yield self.core.engine
            return
        other = await self._taken(name)
        try:
            yield other.engine
        finally:
            await self._left(other)

    async def keep_tidy(self) -> None:
        """Until cancelled: what nobody has used for a while goes out of memory."""
        while True:
            await asyncio.sleep(self.unload / 4)
            async with self.changed:
                idle = self.other is not None and not self.other.users
                if self.other and idle and monotonic() - self.other.idle_since >= self.unload:
                    await self._close()

    async def close(self) -> None:
        async with self.changed:
            await self._close()

    async def _taken(self, name: str) -> Other:
        async with self.changed:
            await self.changed.wait_for(lambda: self._free_for(name))
            if self.other is None or self.other.name != name:
                await self._close()
                self.other = await self._opened(name)
            self.other.users += 1
            return self.other

    def _free_for(self, name: str) -> bool:
        return self.other is None or self.other.name == name or not self.other.users

    async def _left(self, other: Other) -> None:
        async with self.changed:
            other.users -= 1
            other.idle_since = monotonic()
            self.changed.notify_all()

    async def _opened(self, name: str) -> Other:
        settings = self.core.settings
        wanted = replace(settings, model=replace(settings.model, name=name))
        model, _ = await asyncio.to_thread(self.load, wanted)
        stack = AsyncExitStack()
        engine = await stack.enter_async_context(engine_of(model, wanted, self.core.metrics.passed))
        log.info("model loaded", model=name)
        return Other(name, engine, stack)

    async def _close(self) -> None:
        if self.other is not None:
            other, self.other = self.other, None
            await other.stack.aclose()
            log.info("model unloaded", model=other.name)
