"""What one session says, on its way to all who watch. Never waited for by the session.

Finals go in order, when they are safe, and again until the bus has taken them; of captions only
the newest goes, and none while nobody watches. Restored events are told again: the bus knows
what it has.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias

from inference.types import SAMPLE_RATE, Samples
from server.rooms.render import Renderer, span
from storage.bus.port import KEPT, Bus, Place
from streaming.events import Caption, Event

ALONE = 1.0  # seconds without captions after one that nobody heard
AGAIN = 0.5  # seconds until a bus that is away is tried again
LAST = 2.0  # seconds that a session's end waits for the bus

Safe: TypeAlias = Callable[[], int | None]
"""The number of the last event that survives us; None: all of them do."""


def channel(owner: str, room: str) -> str:
    """Where the captions of a room are said; one without a name has its session's id."""
    return f"captions/{owner}/{room}"


class Broadcast:
    def __init__(
        self,
        bus: Bus,
        channel: str,
        session: str,
        begun: int,
        safe: Safe,
        clock: Callable[[], float],
    ) -> None:
        """begun: when the session did, in milliseconds since 1970. clock: seconds."""
        self.bus = bus
        self.channel = channel
        self.session = session
        self.begun = begun
        self.safe = safe
        self.clock = clock
        self.renderer = Renderer(session)
        self.waiting: deque[tuple[int | None, Event]] = deque()
        self.news = asyncio.Event()  # something waits, or more is safe
        self.ending = False  # nothing more comes
        self.said: Samples = 0  # the end of what was said on the session's clock
        self.alone = clock()  # until then nobody watches

    def restore(self, events: Iterable[tuple[int, Event]]) -> None:
        """Those that were told before, some perhaps not to the bus."""
        for seq, event in events:
            self.put(seq, event)

    def put(self, seq: int | None, event: Event) -> None:
        """Never waits. A caption takes the place of one that waits; the oldest of too many go."""
        if span(event, self.said) is None and not isinstance(event, Caption):
            return
        if isinstance(event, Caption) and self.waiting and self.waiting[-1][0] is None:
            self.waiting.pop()
        self.waiting.append((seq, event))
        if len(self.waiting) > KEPT:
            self.waiting.popleft()
        self.news.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """At the end what still waits is given a moment."""
        task = asyncio.create_task(self._run(), name=f"captions of {self.session}")
        try:
            yield
            self.ending = True
            self.news.set()
            await asyncio.wait([task], timeout=LAST)
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        while True:
            self.news.clear()
            while (waiting := self._next()) is not None:
                if await self._publish(waiting[1]):
                    self._done(waiting)
                else:
                    await asyncio.sleep(AGAIN)
            if self.ending:
                return
            await self.news.wait()
            await asyncio.sleep(0)  # who speaks is told first, however many read along

    def _next(self) -> tuple[int | None, Event] | None:
        """The first that waits, if it is safe."""
        if not self.waiting:
            return None
        seq, safe = self.waiting[0][0], self.safe()
        return self.waiting[0] if seq is None or safe is None or seq <= safe else None

    def _done(self, sent: tuple[int | None, Event]) -> None:
        """It may have made room for others meanwhile."""
        if self.waiting and self.waiting[0] is sent:
            self.waiting.popleft()

    async def _publish(self, event: Event) -> bool:
        """False when it is to be tried again."""
        place = self._place(event)
        if place is None and self.clock() < self.alone:
            return True
        data = self.renderer.render(event)
        heard = await self.bus.publish(self.channel, data or b"", place)
        if place is None:
            self.alone = self.clock() if heard else self.clock() + ALONE
            return True
        if heard is not None:
            self.said = place.end
        return heard is not None

    def _place(self, event: Event) -> Place | None:
        """Its number is the time at which it was spoken, so it is the same when told again."""
        if (said := span(event, self.said)) is None:
            return None
        number = self.begun + said[1] * 1000 // SAMPLE_RATE
        return Place(self.session, said[0], said[1], max(1, number))
