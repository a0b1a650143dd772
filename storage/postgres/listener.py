"""Hears what Postgres tells of jobs. What a change leads to is not decided here.

A notice can be lost while the database is away, so whoever waits is woken when it is back, and
waits no longer than it says in any case.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import asyncpg
import msgspec

from storage.database import AWAY
from storage.records import Change

CHANNEL = "jobs"
PAUSE = 0.5  # seconds between two attempts to reach a database that is away
PROBE = 20.0  # seconds of silence after which the connection is asked whether it is alive


class Watch:
    """Wakes the one who waits when something wanted has happened since the last time."""

    def __init__(self, wanted: Callable[[Change], bool]) -> None:
        self.wanted = wanted
        self.woken = asyncio.Event()

    async def wait(self, timeout: float) -> bool:
        """Whether it was woken within so many seconds."""
        try:
            async with asyncio.timeout(timeout):
                await self.woken.wait()
        except TimeoutError:
            return False
        self.woken.clear()
        return True


class Listener:
    """The port `Changes`."""

    def __init__(self, dsn: str, timeout: float) -> None:
        self._dsn = dsn
        self._timeout = timeout
        self._watches: set[Watch] = set()

    @contextmanager
    def watching(self, wanted: Callable[[Change], bool]) -> Iterator[Watch]:
        watch = Watch(wanted)
        self._watches.add(watch)
        try:
            yield watch
        finally:
            self._watches.discard(watch)

    async def run(self) -> None:
        """Until cancelled, however often the database goes away."""
        while True:
            with suppress(*AWAY, asyncpg.PostgresError):  # a password that is being changed, say
                await self._listen()
            await asyncio.sleep(PAUSE)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(
            self._dsn, timeout=self._timeout, command_timeout=self._timeout
        )
        closed = asyncio.Event()
        connection.add_termination_listener(lambda _: closed.set())
        try:
            await connection.add_listener(CHANNEL, self._heard)
            for watch in self._watches:  # of what went by unheard
                watch.woken.set()
            while not closed.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(PROBE):
                        await closed.wait()
                    return
                await connection.execute("SELECT")
        finally:
            connection.terminate()

    def _heard(self, connection: object, process: int, channel: str, payload: object) -> None:
        change = msgspec.json.decode(str(payload), type=Change)
        for watch in self._watches:
            if watch.wanted(change):
                watch.woken.set()


@asynccontextmanager
async def listening(dsn: str, timeout: float) -> AsyncIterator[Listener]:
    """A listener that runs while inside. timeout: seconds to connect, and for a question."""
    listener = Listener(dsn, timeout)
    task = asyncio.create_task(listener.run())
    try:
        yield listener
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
