"""What a connection brings, on its way to the pipeline of its session. Knows neither of them.

Putting one never waits, so that whoever ends a session is never stuck behind a slow model;
who brings audio waits for `room` after it, and takes no more from the client meanwhile.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import TypeAlias

from msgspec import Struct

from streaming.events import Finish, Flush, Update
from streaming.resampler import Sound

LIMIT = 1  # messages that may wait before whoever brings more has to


class Heard(Struct, frozen=True):
    """Samples at the client's rate, up to its position `end`."""

    sound: Sound
    end: int


class Missing(Struct, frozen=True):
    """So many units of silence, up to position `end`."""

    units: int
    end: int


Message: TypeAlias = Heard | Missing | Flush | Update | Finish


class Mailbox:
    def __init__(self) -> None:
        self.waiting: deque[Message] = deque()
        self.closed = False
        self.arrived = asyncio.Event()
        self.taken = asyncio.Event()

    def put(self, message: Message) -> None:
        """Does nothing once it is closed."""
        if not self.closed:
            self.waiting.append(message)
            self.arrived.set()

    async def room(self) -> None:
        """Returns when the pipeline has caught up, or has ended."""
        while len(self.waiting) > LIMIT and not self.closed:
            self.taken.clear()
            await self.taken.wait()

    async def messages(self) -> AsyncIterator[Heard | Missing | Flush | Update]:
        """Each in its turn, until Finish."""
        while True:
            while not self.waiting:
                self.arrived.clear()
                await self.arrived.wait()
            message = self.waiting.popleft()
            self.taken.set()
            if isinstance(message, Finish):
                return
            yield message

    def close(self) -> None:
        """Nobody takes anything any more, so nobody has to wait for that."""
        self.closed = True
        self.waiting.clear()
        self.taken.set()
