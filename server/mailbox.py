"""Commands on their way from a connection to the pipeline of its session. Knows neither of them.

Putting one never waits, so that whoever ends a session is never stuck behind a slow model;
who brings audio waits for `room` after it, and takes no more from the client meanwhile.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from streaming.events import Command, Finish

LIMIT = 1  # commands that may wait before whoever brings more has to


class Mailbox:
    def __init__(self) -> None:
        self.waiting: deque[Command] = deque()
        self.closed = False
        self.arrived = asyncio.Event()
        self.taken = asyncio.Event()

    def put(self, command: Command) -> None:
        """Does nothing once it is closed."""
        if not self.closed:
            self.waiting.append(command)
            self.arrived.set()

    async def room(self) -> None:
        """Returns when the pipeline has caught up, or has ended."""
        while len(self.waiting) > LIMIT and not self.closed:
            self.taken.clear()
            await self.taken.wait()

    async def commands(self) -> AsyncIterator[Command]:
        """Each in its turn, until Finish."""
        while True:
            while not self.waiting:
                self.arrived.clear()
                await self.arrived.wait()
            command = self.waiting.popleft()
            self.taken.set()
            if isinstance(command, Finish):
                return
            yield command

    def close(self) -> None:
        """Nobody takes commands any more, so nobody has to wait for that."""
        self.closed = True
        self.waiting.clear()
        self.taken.set()
