"""Where what happens is told, and the one who kills waits for it."""

import asyncio
from collections.abc import Hashable
from typing import Generic, TypeVar

PATIENCE = 4.0  # seconds that something is waited for; then the kill comes without it

What = TypeVar("What", bound=Hashable)


class Board(Generic[What]):
    def __init__(self) -> None:
        self.wanted: What | None = None
        self.seen = asyncio.Event()

    def tell(self, what: What) -> None:
        if self.wanted == what:
            self.seen.set()

    async def wait(self, what: What) -> bool:
        """Whether it happened in time."""
        self.wanted = what
        self.seen.clear()
        try:
            async with asyncio.timeout(PATIENCE):
                await self.seen.wait()
            return True
        except TimeoutError:
            return False
        finally:
            self.wanted = None
