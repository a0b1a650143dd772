"""Commands in, windows to the model, events out: the only module here that waits."""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable

import numpy as np
from numpy.typing import NDArray

from inference.types import Hypothesis, Window
from streaming.events import Command, Event, Finish, Flush, Speak, Update
from streaming.framer import Framer
from streaming.session import Output, Session

Hear = Callable[[Window], Awaitable[Hypothesis]]
"""The model: what it heard in a window. Raises when it could not."""

Score = Callable[[NDArray[np.float32]], Awaitable[NDArray[np.float32]]]
"""The voice detector of this session: frames of shape (n, FRAME) to n likelihoods."""

Emit = Callable[[Event], None]
"""Takes an event at once; whoever is slow has a queue of its own."""

Report = Callable[[Exception], None]
"""Told of a failure of the model that the session outlives."""


class Pipeline:
    """One session's only loop. Told commands by `run`; `session` may be read at any time."""

    def __init__(
        self, session: Session, hear: Hear, score: Score, emit: Emit, report: Report
    ) -> None:
        self.session = session
        self.hear = hear
        self.score = score
        self.emit = emit
        self.report = report
        self.framer = Framer()
        self.room = asyncio.Event()
        self.room.set()

    async def run(self, commands: AsyncIterable[Command]) -> None:
        """Until the commands end and every answer owed has come. A stream of commands that ends
        without Finish is finished here."""
        async with asyncio.TaskGroup() as tasks:
            async for command in commands:
                await self.room.wait()  # the model is behind: take no more audio in
                await self._obey(command, tasks)
            await self._obey(Finish(), tasks)

    async def _obey(self, command: Command, tasks: asyncio.TaskGroup) -> None:
        match command:
            case Speak(audio):
                await self._listen(self.framer.push(audio), tasks)
            case Flush(id):
                self._act(self.session.flush(id), tasks)
            case Update(options, endpoint):
                self._act(self.session.update(options, endpoint), tasks)
            case Finish():
                await self._listen(self.framer.finish(), tasks)
                self._act(self.session.finish(), tasks)

    async def _listen(self, frames: NDArray[np.float32], tasks: asyncio.TaskGroup) -> None:
        if not len(frames):
            return
        likelihoods = await self.score(frames)
        for frame, likelihood in zip(frames, likelihoods, strict=True):
            await self.room.wait()
            self._act(self.session.audio(frame, float(likelihood)), tasks)

    def _act(self, outputs: list[Output], tasks: asyncio.TaskGroup) -> None:
        for output in outputs:
            if isinstance(output, Window):
                tasks.create_task(self._ask(output, tasks))
            else:
                self.emit(output)
        if self.session.owed < self.session.policy.in_flight:
            self.room.set()
        else:
            self.room.clear()

    async def _ask(self, window: Window, tasks: asyncio.TaskGroup) -> None:
        hypothesis: Hypothesis | None = None
        try:
            hypothesis = await self.hear(window)
        except Exception as error:  # ours, not the speaker's: the session goes on without it
            self.report(error)
        self._act(self.session.heard(window, hypothesis), tasks)
