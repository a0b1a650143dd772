"""Who watches captions on this server: how many at most, and until when. Knows no wire."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Protocol

from server.metrics import Metrics
from server.rooms.settings import RoomSettings
from storage.bus.port import Bus


class Viewer(Protocol):
    """Somebody who watches; none of it waits.

    quiet: nothing was said to it since this was set.
    """

    quiet: bool

    def keep_alive(self) -> None:
        """Shows that the connection still lives."""
        ...

    def leave(self) -> None:
        """Nothing more will be said."""
        ...


class Rooms:
    def __init__(self, bus: Bus, settings: RoomSettings, metrics: Metrics) -> None:
        self.bus = bus
        self.settings = settings
        self.metrics = metrics
        self.viewers: set[Viewer] = set()
        self.closed = False  # nobody is told anything more

    @property
    def watching(self) -> int:
        return len(self.viewers)

    @property
    def full(self) -> bool:
        return self.closed or self.watching >= self.settings.viewers

    @contextmanager
    def seat(self, viewer: Viewer) -> Iterator[None]:
        """Has one, while inside."""
        self.viewers.add(viewer)
        self.metrics.viewers.inc()
        try:
            yield
        finally:
            self.viewers.discard(viewer)
            self.metrics.viewers.dec()

    def keep_alive(self) -> None:
        """Those to whom nothing was said since the last time."""
        for viewer in self.viewers:
            if viewer.quiet:
                viewer.keep_alive()
            viewer.quiet = True

    def close(self) -> None:
        self.closed = True
        for viewer in self.viewers:
            viewer.leave()


@asynccontextmanager
async def rooms_of(bus: Bus, settings: RoomSettings, metrics: Metrics) -> AsyncIterator[Rooms]:
    """Its viewers are kept alive while inside, by one timer for all of them."""
    rooms = Rooms(bus, settings, metrics)
    keeping = asyncio.create_task(_keep(rooms), name="viewers")
    try:
        yield rooms
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


async def _keep(rooms: Rooms) -> None:
    while True:
        await asyncio.sleep(rooms.settings.keep_alive / 2)
        rooms.keep_alive()
