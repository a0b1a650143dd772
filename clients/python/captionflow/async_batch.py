"""Recordings to transcripts for programs with an event loop: a `Batch` in a thread for each file.

Decides nothing. Whoever is cancelled has its connection broken off, which ends the thread.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Generic, Literal, TypeVar

from captionflow.batch import Batch, Progress, Transcript

T = TypeVar("T")

LEAVE = 1.0  # seconds a thread gets to end; one that looks up a name may need more


def _nobody(_: Progress) -> None:
    pass


class AsyncBatch:
    """Many files at a time. Between two calls there is nothing to be closed."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        timeout: float = 60.0,
        patience: float = 120.0,
        at_once: int = 8,
    ) -> None:
        """at_once: files under way; more wait for their turn. The rest as that of `Batch`."""
        self._open = partial(Batch, url, token=token, timeout=timeout, patience=patience)
        self._open()  # says now what is no address
        self._turns = asyncio.Semaphore(at_once)

    async def transcribe(
        self,
        path: Path | str,
        *,
        language: str | None = None,
        model: str | None = None,
        task: Literal["transcribe", "translate"] = "transcribe",
        hotwords: Sequence[str] = (),
        retention: Mapping[str, int | bool] | None = None,
        told: Callable[[Progress], None] = _nobody,
    ) -> Transcript:
        """What the file says. told: called in the loop, with the newest when it reads late.

        Raises what `Batch.transcribe` raises, and what `told` does.
        """
        async with self._turns:
            batch = self._open()
            work = _Work[Transcript](told)
            do = partial(
                batch.transcribe,
                path,
                language=language,
                model=model,
                task=task,
                hotwords=hotwords,
                retention=retention,
                told=work.tell,
            )
            return await work.done_by(do, batch.close)


class _Work(Generic[T]):
    """One call in a thread of its own, and what is told of it in the loop."""

    def __init__(self, told: Callable[[Progress], None]) -> None:
        self._told = told
        self._loop = asyncio.get_running_loop()
        self._result: asyncio.Future[T] = self._loop.create_future()
        self._left: asyncio.Future[None] = self._loop.create_future()
        self._news: deque[Progress] = deque(maxlen=1)
        self._telling = False  # the loop will look at the news

    async def done_by(self, do: Callable[[], T], stop: Callable[[], None]) -> T:
        """stop: makes `do` raise at once."""
        Thread(target=self._run, args=(do,), name="captionflow", daemon=True).start()
        try:
            return await self._result
        finally:
            stop()
            await asyncio.wait([self._left], timeout=LEAVE)

    def tell(self, progress: Progress) -> None:
        """In the thread. What the loop has not told yet is out of date."""
        self._news.append(progress)
        if not self._telling:
            self._telling = True
            self._soon(self._say)

    def _run(self, do: Callable[[], T]) -> None:
        try:
            self._soon(self._end, do())
        except BaseException as error:
            self._soon(self._fail, error)
        self._soon(self._left.set_result, None)

    def _soon(self, call: Callable[..., None], *given: object) -> None:
        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            self._loop.call_soon_threadsafe(call, *given)

    def _say(self) -> None:
        self._telling = False
        if self._news and not self._result.done():
            try:
                self._told(self._news.pop())
            except Exception as error:
                self._fail(error)

    def _end(self, result: T) -> None:
        if not self._result.done():
            self._result.set_result(result)

    def _fail(self, error: BaseException) -> None:
        if not self._result.done():
            self._result.set_exception(error)
