"""A process that is killed at moments of its work and started again at once."""

import asyncio

from benchmarks.chaos.board import Board
from benchmarks.chaos.orders import Moment
from benchmarks.chaos.process import Life, Server

SPARED = 3  # attempts at a job from which on its worker is let finish it: five are all it gets,
# and a claim may be made and not told of yet when the kill comes
LONGEST = 60.0  # seconds that a worker may take for a job that it is let finish

Seen = Board[tuple[str, Moment]]


class Victim:
    """attempt: which one at its job it has begun; 0: it has none, or the job is over."""

    def __init__(self, name: str, server: Server, board: Seen) -> None:
        self.name = name
        self.server = server
        self.board = board
        self.attempt = 0
        self.moved = asyncio.Event()
        self.starts: list[float] = []
        self._life: Life | None = None

    async def start(self) -> None:
        """Does not wait until it is ready."""
        self._life = await self.server.start(self.told)

    async def ready(self) -> None:
        """Raises ServerDied."""
        life = self._alive()
        await life.started()
        if life.took is not None and (not self.starts or self.starts[-1] != life.took):
            self.starts.append(life.took)

    async def spared(self) -> bool:
        """Waits while a kill could help to make its job a dead one; whether it had to.

        Raises TimeoutError.
        """
        if self.attempt < SPARED:
            return False
        async with asyncio.timeout(LONGEST):
            while self.attempt >= SPARED:
                self.moved.clear()
                await self.moved.wait()
        return True

    async def kill(self) -> int:
        """And starts it again; the attempt that was under way."""
        await self._alive().kill()
        attempt, self.attempt = self.attempt, 0
        await self.start()
        return attempt

    async def stop(self) -> None:
        """In order, if it runs."""
        if self._life is not None:
            await self._life.stop()

    def _alive(self) -> Life:
        assert self._life is not None, "it was never started"
        return self._life

    def told(self, line: str) -> None:
        """A step of the process."""
        step, _, number = line.partition(" ")
        try:
            moment = Moment(step)
        except ValueError:
            return  # a server's step of a live session
        if moment is Moment.CLAIM:
            self.attempt = int(number)
        elif moment is Moment.COMMITTED:
            self.attempt = 0
        self.moved.set()
        self.board.tell((self.name, moment))
