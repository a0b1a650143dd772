"""The one owner of the model: windows in, hypotheses out, a few passes at a time.

It decides nothing about audio or text; who shares a pass is `scheduler`, what a
pass does is `whisper`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Protocol

from inference.scheduler import Scheduler
from inference.types import Hypothesis, Urgency, Window

Outcome = Hypothesis | Exception
CLOSING = 10.0  # seconds a running pass gets to end


class Model(Protocol):
    """What the engine needs of a model."""

    def kind(self, window: Window) -> Hashable:
        """Windows of one kind may share a batch."""

    def transcribe(self, batch: Sequence[Window]) -> Sequence[Outcome]:
        """One outcome for each window, in order; called from up to `passes` threads at once."""


class EngineClosed(Exception):
    """The engine stopped before the window was heard."""


class Entry:
    """A window and whoever waits for it."""

    __slots__ = ("window", "answer", "asked")

    def __init__(self, window: Window, answer: asyncio.Future[Hypothesis], asked: float) -> None:
        self.window = window
        self.answer = answer
        self.asked = asked


Watcher = Callable[[Urgency, int, float, float], None]
"""Told after each pass: urgency, rows, seconds the oldest row waited, seconds of compute."""


class Engine:
    def __init__(
        self,
        model: Model,
        scheduler: Scheduler[Entry],
        passes: int = 1,
        watch: Watcher = lambda *_: None,
    ) -> None:
        """passes: how many batches the model may work on at once."""
        self.model = model
        self.scheduler = scheduler
        self.passes = passes
        self.watch = watch
        self.free = passes
        self.running: set[asyncio.Task[None]] = set()
        self.threads = ThreadPoolExecutor(passes, thread_name_prefix="model")
        self.closed = False

    async def transcribe(self, window: Window) -> Hypothesis:
        """What the model hears in the window. Raises what the model raised for this row alone.

        A caller that is cancelled takes its window back unless the pass has begun.
        """
        if self.closed:
            raise EngineClosed
        loop = asyncio.get_running_loop()
        entry = Entry(window, loop.create_future(), loop.time())
        self.scheduler.add(window.urgency, self.model.kind(window), entry, entry.asked)
        # Let everyone who is ready in this turn of the loop join the same pass.
        loop.call_soon(self._start)
        try:
            return await entry.answer
        finally:
            self.scheduler.drop(entry)

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        while self.free and not self.closed:
            batch = self.scheduler.next_batch(loop.time(), self.passes)
            if not batch:
                return
            self.free -= 1
            task = loop.create_task(self._pass(batch))
            self.running.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self.running.discard(task)
        self.free += 1
        self._start()

    async def _pass(self, batch: list[Entry]) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        windows = [entry.window for entry in batch]
        try:
            outcomes = await loop.run_in_executor(self.threads, self.model.transcribe, windows)
        except Exception as error:  # a model that breaks tells those who wait, and no one else
            outcomes = [error] * len(batch)
        urgency, rows, took = windows[0].urgency, len(batch), loop.time() - began
        self.scheduler.over(urgency, rows, took)
        self.watch(urgency, rows, began - batch[0].asked, took)
        for entry, outcome in zip(batch, outcomes, strict=True):
            if entry.answer.done():
                continue
            if isinstance(outcome, Exception):
                entry.answer.set_exception(outcome)
            else:
                entry.answer.set_result(outcome)

    async def close(self) -> None:
        """Refuse what waits and let running passes end. A pass that hangs is left behind: nothing
        can stop a thread, and the process ends without it."""
        self.closed = True
        for entry in self.scheduler.drain():
            if not entry.answer.done():
                entry.answer.set_exception(EngineClosed())
        hung: set[asyncio.Task[None]] = set()
        if self.running:
            _, hung = await asyncio.wait(self.running, timeout=CLOSING)
        self.threads.shutdown(wait=not hung)


@asynccontextmanager
async def running(engine: Engine) -> AsyncIterator[Engine]:
    try:
        yield engine
    finally:
        await engine.close()
