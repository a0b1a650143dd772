"""A live session for programs without an event loop: that of `live.py`, in a thread of its own.

Decides nothing; every call is made there and waited for here.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import AbstractAsyncContextManager
from functools import wraps
from threading import Lock, Thread
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from captionflow.errors import ServerError
from captionflow.live import Live, connect
from captionflow.notices import Notice
from captionflow.progress import Progress
from captionflow.protocol import Event, Options, Welcome

P = ParamSpec("P")
T = TypeVar("T")

LEAVE = 10.0  # seconds the thread gets to end; it needs a moment


class SyncLive:
    """One session, for the time of a `with`. `send` and iterate at the same time, from two
    threads; a program with little to say may do one after the other."""

    def __init__(self, opening: AbstractAsyncContextManager[Live]) -> None:
        self._opening = opening
        self._opened: Future[Live] = Future()
        self._closing = asyncio.Event()
        self._lock = Lock()
        self._closed = False
        self._asked: set[Future[Any]] = set()  # calls that are waited for

    def __enter__(self) -> "SyncLive":
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._run, name="captionflow", daemon=True)
        self._thread.start()
        try:
            self._live = self._opened.result()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def welcome(self) -> Welcome:
        """What the server said last at the begin of a connection."""
        return self._live.welcome

    @property
    def progress(self) -> Progress:
        """Positions and numbers so far."""
        return self._live.progress

    @property
    def connected(self) -> bool:
        """There is a connection now."""
        return self._live.connected

    def send(self, data: bytes) -> None:
        """As `Live.send`."""
        self._do(self._live.send(data))

    def flush(self, id: str) -> None:
        """As `Live.flush`."""
        self._do(self._live.flush(id))

    def update(self, options: Options) -> None:
        """As `Live.update`."""
        self._do(self._live.update(options))

    def ping(self, t: float) -> None:
        """As `Live.ping`."""
        self._do(self._live.ping(t))

    def end(self) -> None:
        """As `Live.end`."""
        self._do(self._live.end())

    def next(self, timeout: float | None = None) -> Event | Notice | None:
        """The next event, None after the last. Raises TimeoutError when none comes in so many
        seconds, ServerError when the session ends without its last."""
        return self._do(self._next(timeout))

    def __iter__(self) -> Iterator[Event | Notice]:
        """All events until `Ended`. Raises ServerError when the session ends without it."""
        while (event := self.next()) is not None:
            yield event

    def close(self) -> None:
        """Whoever waits gets a ServerError. From any thread; the `with` does it at its end."""
        with self._lock:
            if not self._closed:
                self._closed = True
                for asked in self._asked:
                    asked.cancel()
                self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(LEAVE)

    def _do(self, what: Coroutine[Any, Any, T]) -> T:
        with self._lock:
            if self._closed:
                what.close()
                raise _closed()
            asked = asyncio.run_coroutine_threadsafe(what, self._loop)
            self._asked.add(asked)
        try:
            return asked.result()
        except CancelledError:
            raise _closed() from None
        finally:
            asked.cancel()  # for who was interrupted; else it is over
            with self._lock:
                self._asked.discard(asked)

    async def _next(self, timeout: float | None) -> Event | Notice | None:
        async with asyncio.timeout(timeout):
            return await self._live.next()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._main())

    async def _main(self) -> None:
        holding = asyncio.create_task(self._hold())
        await self._closing.wait()
        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)

    async def _hold(self) -> None:
        """The session, open until this is cancelled."""
        try:
            async with self._opening as live:
                self._opened.set_result(live)
                await asyncio.get_running_loop().create_future()
        except BaseException as error:
            if not self._opened.done():
                self._opened.set_exception(error)
            raise


def _closed() -> ServerError:
    return ServerError("closed", "closed by its owner")


def _blocking(opening: Callable[P, AbstractAsyncContextManager[Live]]) -> Callable[P, SyncLive]:
    @wraps(opening)
    def opened(*args: P.args, **kwargs: P.kwargs) -> SyncLive:
        return SyncLive(opening(*args, **kwargs))

    return opened


connect_sync = _blocking(connect)
"""`connect` for a `with` of a program without an event loop: the same arguments, a `SyncLive`."""
