"""Who watches captions on this server: how many at most, and until when. Knows no wire."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from server.metrics import Metrics
from server.rooms.settings import RoomSettings
from storage.bus.port import Bus


class Rooms:
    def __init__(self, bus: Bus, settings: RoomSettings, metrics: Metrics) -> None:
        self.bus = bus
        self.settings = settings
        self.metrics = metrics
        self.watching = 0
        self.closing = asyncio.Event()  # nobody is told anything more

    @property
    def full(self) -> bool:
        return self.watching >= self.settings.viewers

    @contextmanager
    def seat(self) -> Iterator[None]:
        """One viewer, while inside."""
        self.watching += 1
        self.metrics.viewers.inc()
        try:
            yield
        finally:
            self.watching -= 1
            self.metrics.viewers.dec()
