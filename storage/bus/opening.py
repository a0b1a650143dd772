"""Which bus it is to be: from an address to the port `Bus`. No bus is in here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from storage.bus.local import LocalBus
from storage.bus.port import Bus


@asynccontextmanager
async def open_bus(url: str | None) -> AsyncIterator[Bus]:
    """A server's if there is an address, whether it answers or not; else this process's own."""
    if not url:
        yield LocalBus()
        return
    from storage.bus.valkey import valkey_bus  # one node alone starts without its library

    async with valkey_bus(url) as bus:
        yield bus
