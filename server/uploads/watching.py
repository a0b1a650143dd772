"""Jobs followed by their owners: each change as it comes, over either of two wires, to the end.

Every connection has a seat, of which there are only so many; who is gone, or reads nothing, loses
it. A client that comes back says which version it has seen.
"""

import asyncio
from asyncio import Event, Task
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Iterator, Mapping
from contextlib import aclosing, contextmanager, suppress
from typing import Any

import msgspec
from litestar.types import Receive, Scope, Send

from server.uploads.showing import JobView, whole
from storage.errors import Unavailable
from storage.jobs import ENDS
from storage.ports import Jobs
from storage.records import Job

BEAT = 15.0  # seconds of silence after which a comment is sent
UNREAD = 20.0  # seconds that a client may leave a message unread
RETRY = b"retry: 1000\n\n"
COMMENT = b": keep-alive\n\n"
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]
ENDED, AGAIN = 1000, 1012  # close codes: nothing more will come; come back


class Watching:
    def __init__(self, jobs: Jobs, most: int, closing: Event, beat: float = BEAT) -> None:
        """closing: set when the server stops."""
        self._jobs = jobs
        self._most = most
        self._closing = closing
        self._beat = beat
        self.seated = 0

    @property
    def full(self) -> bool:
        return self.seated >= self._most or self._closing.is_set()

    @contextmanager
    def seat(self) -> Iterator[None]:
        self.seated += 1
        try:
            yield
        finally:
            self.seated -= 1

    async def changes(self, job: Job, after: int) -> AsyncGenerator[JobView | None, None]:
        """The job whenever its version has grown, until it has ended; None after a beat of
        silence. Raises Unavailable."""
        events = self._jobs.events(job.owner, job.id, after)
        coming: Task[Job | None] | None = None
        try:
            while True:
                coming = coming or asyncio.create_task(_next(events))
                done, _ = await asyncio.wait({coming}, timeout=self._beat)
                if not done:
                    yield None
                    continue
                changed, coming = coming.result(), None
                if changed is None:
                    return
                yield await whole(self._jobs, changed)
        finally:
            if coming is not None:
                await _ended(coming)

    async def while_open(
        self, telling: Coroutine[Any, Any, bool], gone: Coroutine[Any, Any, None]
    ) -> bool | None:
        """What the telling says in the end; None when the client is gone, or the server goes."""
        tasks: list[Task[Any]] = [
            asyncio.create_task(it) for it in (telling, gone, self._closing.wait())
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return bool(tasks[0].result()) if tasks[0].done() else None
        finally:
            for task in tasks:
                await _ended(task)


class Stream:
    """Server-sent events, as an ASGI application for one request."""

    def __init__(self, watching: Watching, job: Job, after: int) -> None:
        """after: the version that the client has."""
        self._watching = watching
        self._job = job
        self._after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._job.status in ENDS and self._after >= self._job.version:
            await _nothing(send)  # tells an EventSource not to come back
            return
        with self._watching.seat():
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await _body(send, RETRY)
            telling, gone = self._tell(send), _gone(receive, "http.disconnect")
            await self._watching.while_open(telling, gone)
            with suppress(OSError):
                await _body(send, b"", more=False)

    async def _tell(self, send: Send) -> bool:
        with suppress(Unavailable, OSError):  # the client's, too
            async with aclosing(self._watching.changes(self._job, self._after)) as changes:
                async for change in changes:
                    await _body(send, event(change) if change else COMMENT)
            return True
        return False


async def over_socket(watching: Watching, job: Job, after: int, socket: Any) -> int:
    """The same as messages of an accepted WebSocket; returns the code to close it with."""

    async def tell() -> bool:
        with suppress(Unavailable, OSError):  # the client's, too
            async with aclosing(watching.changes(job, after)) as changes:
                async for change in changes:
                    if change is not None:  # its protocol has pings of its own
                        async with asyncio.timeout(UNREAD):
                            await socket.send_text(msgspec.json.encode(change).decode())
            return True
        return False

    with watching.seat():
        ended = await watching.while_open(tell(), _gone(socket.receive, "websocket.disconnect"))
    return ENDED if ended else AGAIN


def event(change: JobView) -> bytes:
    return b"id: %d\ndata: %s\n\n" % (change.version, msgspec.json.encode(change))


async def _body(send: Send, body: bytes, more: bool = True) -> None:
    async with asyncio.timeout(UNREAD):
        await send({"type": "http.response.body", "body": body, "more_body": more})


async def _nothing(send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await _body(send, b"", more=False)


async def _gone(receive: Any, last: str) -> None:
    """What clients say here means nothing but that they are there."""
    message: Mapping[str, Any] = {"type": ""}
    while message["type"] != last:
        message = await receive()


async def _next(events: AsyncIterator[Job]) -> Job | None:
    return await anext(events, None)


async def _ended(task: Task[Any]) -> None:
    """Not merely told to end: what it holds is free afterwards."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()
