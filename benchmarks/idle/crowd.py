"""Many quiet sessions, and one task that sends for all of them in real time."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from captionflow.dial import hang_up

from benchmarks.idle.quiet import Quiet, enter
from benchmarks.run.drive import FRAME
from benchmarks.speech.corpus import RATE

STEP = FRAME / RATE  # seconds between two messages of a session
SLOTS = 20  # groups of sessions, whose messages leave one after the other within a step
PING = 50  # steps between two pings of a session
OPENING = 16  # sessions that are opened, or left, at once


class Crowd:
    """The sessions, and how late the client itself was."""

    def __init__(self, audio: Sequence[bytes]) -> None:
        """audio: what is sent, a message each; every session begins at another place in it."""
        self.sessions: list[Quiet] = []
        self.audio = audio
        self.late: list[float] = []  # seconds, one for each group and step

    def forget(self) -> None:
        """What came before was warm-up."""
        self.late.clear()
        for one in self.sessions:
            one.trips.clear()

    async def send(self) -> None:
        """A message of each session in every step, until cancelled; those that join are sent for.

        The schedule is absolute: what comes late is sent at once, and what follows is not moved.
        """
        clock = asyncio.get_running_loop().time
        began = clock()
        for turn in itertools.count():
            due = began + turn * STEP / SLOTS
            await asyncio.sleep(max(0.0, due - clock()))
            self.late.append(max(0.0, clock() - due))
            step, slot = divmod(turn, SLOTS)
            for number in range(slot, len(self.sessions), SLOTS):
                self._step(self.sessions[number], step + number)

    def _step(self, one: Quiet, at: int) -> None:
        one.send(self.audio[at % len(self.audio)])
        if at % PING == 0:
            one.ping()


@asynccontextmanager
async def gathered(
    url: str, token: str | None, count: int, audio: Sequence[bytes]
) -> AsyncIterator[Crowd]:
    """`count` sessions that are open, read and sent for until the block ends.

    Raises ServerError when one of them cannot be opened.
    """
    crowd = Crowd(audio)
    tasks = [asyncio.create_task(crowd.send())]
    try:
        while left := count - len(crowd.sessions):
            opening = (enter(url, token) for _ in range(min(OPENING, left)))
            answers = await asyncio.gather(*opening, return_exceptions=True)
            opened = [answer for answer in answers if isinstance(answer, Quiet)]
            tasks += [asyncio.create_task(one.read()) for one in opened]
            crowd.sessions += opened
            for failure in answers:
                if isinstance(failure, BaseException):
                    raise failure
        yield crowd
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for first in range(0, len(crowd.sessions), OPENING):
            some = crowd.sessions[first : first + OPENING]
            await asyncio.gather(*(hang_up(one.socket) for one in some), return_exceptions=True)
