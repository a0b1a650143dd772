"""`GET /v1/stream`: one WebSocket, one client, one session. One reader, one writer.

Carries `protocols.native` between a socket and a live session; decides who
closes, with which code, and waits for nobody without a limit.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from litestar.exceptions import WebSocketDisconnect

from server import endings
from server.endings import Gone, Over
from server.live import LiveSession
from server.logs import logger
from server.protocols.native import messages, render, requests
from server.protocols.native.messages import BadMessage
from server.registry import Full, Registry
from storage.errors import StorageError
from streaming.events import Ended

log = logger("stream")

ACK_EVERY = 0.5  # seconds between acknowledgements of audio
LINGER = 0  # seconds a session waits for a client that is gone
MESSAGES = 50  # control messages a second, over BURST at once, before a client floods
BURST = 500
CLOSE_TIMEOUT = 2.0  # seconds to say goodbye

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class Bucket:
    """How many messages a client may send: `rate` a second, `burst` at once. Pure."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate, self.burst, self.left, self.then = rate, burst, burst, now

    def take(self, now: float) -> bool:
        self.left = min(self.burst, self.left + (now - self.then) * self.rate) - 1
        self.then = now
        return self.left >= 0


class Conversation:
    def __init__(
        self, receive: Receive, send: Send, registry: Registry, clock: Callable[[], float]
    ) -> None:
        """receive, send: raw ASGI messages of an accepted WebSocket. clock: seconds."""
        self.receive = receive
        self.send = send
        self.registry = registry
        self.settings = registry.parts.settings.server
        self.bucket = Bucket(MESSAGES, BURST, clock())
        self.clock = clock
        self.replies: deque[bytes] = deque()  # answers of the reader, for the writer to send
        self.told: tuple[int, int] | None = None  # the last acknowledgement
        self.waiting: float | None = None  # since when the reader waits for the client

    async def run(self) -> None:
        """From the hello to the close."""
        async with self._parting():
            hello = await self._hello()
            with self.registry.working():
                async with self._parting():
                    await self._talk(await self._begin(hello))

    @asynccontextmanager
    async def _parting(self) -> AsyncIterator[None]:
        try:
            yield
        except Over as over:
            await self._close(over)
        except Gone:
            return

    async def _begin(self, hello: requests.Request) -> LiveSession:
        try:
            return await self.registry.begin(hello, messages.SUBPROTOCOL)
        except Full as full:
            raise endings.full(full.retry_after) from None
        except (StorageError, OSError) as failure:
            self.registry.parts.metrics.refused.labels("storage").inc()
            log.error("session refused", error=str(failure))
            raise endings.unkept() from None
        except Exception as failure:
            log.error("session not begun", exc_info=failure)
            raise endings.failed("session") from None

    async def _hello(self) -> requests.Request:
        try:
            async with asyncio.timeout(self.settings.hello_timeout):
                message = await self._receive()
        except TimeoutError:
            raise endings.refused(
                BadMessage(f"no hello within {self.settings.hello_timeout:g} s")
            ) from None
        try:
            hello = messages.parse(message)
            if not isinstance(hello, messages.Hello):
                raise BadMessage("the first message is a hello")
            if hello.resume is not None:
                raise BadMessage("unknown session", 4404, "unknown_session")
            parts = self.registry.parts
            return requests.request(hello, parts.languages, parts.settings.model.name)
        except BadMessage as bad:
            raise endings.refused(bad) from None

    async def _talk(self, live: LiveSession) -> None:
        """Read and write until one of them ends the conversation; then the session is told."""
        reading = asyncio.create_task(self._read(live))
        writing = asyncio.create_task(self._write(live))
        try:
            await asyncio.wait({reading, writing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended = await _stopped(writing, reading)
            live.finish(endings.why(ended))
        if isinstance(ended, Over | Gone):
            raise ended
        log.error("conversation failed", session=live.id, exc_info=ended)
        raise endings.failed("conversation")

    async def _read(self, live: LiveSession) -> None:
        while True:
            self.waiting = self.clock()  # the writer looks at it: a timeout each time costs more
            message = await self._receive()
            self.waiting = None
            try:
                await self._obey(live, messages.parse(message))
            except BadMessage as bad:
                raise endings.refused(bad) from None

    def _be_patient(self, live: LiveSession) -> None:
        """Raises Over for a client that has been silent for too long.

        Who has said all that there is to say may be: the session ends by itself.
        """
        limit = self.settings.idle_timeout
        if self.waiting is None or live.finished or self.clock() - self.waiting < limit:
            return
        raise endings.idle(limit)

    async def _obey(self, live: LiveSession, message: Any) -> None:
        audio = isinstance(message, messages.Sound) and message.data
        if not audio and not self.bucket.take(self.clock()):
            raise BadMessage("too many messages", 4429, "flood")
        match message:
            case messages.Sound():
                await live.sound(message)
            case messages.Gap():
                seconds = await live.gap(message)
                self._reply(live, render.warning("gap", f"{seconds:.2f} s of silence inserted"))
            case messages.FlushMessage(id):
                await live.flush(id)
            case messages.UpdateMessage(wish):
                await self._update(live, wish)
            case messages.Ping(t):
                self._reply(live, render.pong(t))
            case messages.End(pos):
                live.end(pos)
            case messages.Hello():
                raise BadMessage("a second hello")

    def _reply(self, live: LiveSession, message: bytes) -> None:
        self.replies.append(message)
        live.news.set()

    async def _update(self, live: LiveSession, wish: messages.Wishes) -> None:
        languages = self.registry.parts.languages
        options, view, endpoint = requests.wishes(wish, live.options, live.view, languages)
        await live.update(options, view, endpoint)

    async def _write(self, live: LiveSession) -> None:
        renderer = render.Renderer(lambda: live.view, live.intake.position)
        start, token = live.intake.start, secrets.token_urlsafe(16)
        await self._send(render.welcome(live.id, token, start, LINGER, self.settings.max_ahead))
        self.told = (start, start)
        due = self.clock()
        while True:
            live.news.clear()
            over = live.over
            await self._send_waiting(live, renderer)
            if over:
                raise endings.of(live.why)
            if self.clock() >= due:
                self._be_patient(live)
                live.forget()
                await self._acknowledge(live)
                due = self.clock() + ACK_EVERY
            with suppress(TimeoutError):
                async with asyncio.timeout(due - self.clock()):
                    await live.news.wait()

    async def _send_waiting(self, live: LiveSession, renderer: render.Renderer) -> None:
        while self.replies:
            await self._send(self.replies.popleft())
        while numbered := live.outbox.take():
            if isinstance(numbered[1], Ended):
                await self._acknowledge(live)
                if live.why != "ended":
                    return  # a client that is not told the end comes back, to another server
            if message := renderer.render(*numbered):
                await self._send(message)
            if live.overflown:
                raise endings.unread()

    async def _acknowledge(self, live: LiveSession) -> None:
        now = (live.intake.acknowledge(), live.settled)
        if now != self.told:
            self.told = now
            await self._send(render.audio_ack(*now))

    async def _receive(self) -> bytes | str:
        """The next message. Raises Gone."""
        try:
            message = await self.receive()
        except WebSocketDisconnect:
            raise Gone from None
        if message["type"] != "websocket.receive":
            raise Gone
        data: bytes | None = message.get("bytes")
        text: str = message.get("text") or ""
        return text if data is None else data

    async def _send(self, message: bytes) -> None:
        """Raises Over when the client does not read, Gone when it is no longer there."""
        try:
            async with asyncio.timeout(self.settings.send_timeout):
                await self.send({"type": "websocket.send", "text": message.decode()})
        except TimeoutError:
            raise endings.unread() from None
        except (OSError, RuntimeError, WebSocketDisconnect):
            raise Gone from None

    async def _close(self, over: Over) -> None:
        """Say why and close, if the client still listens."""
        with suppress(TimeoutError, OSError, RuntimeError, WebSocketDisconnect):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                if over.error:
                    await self.send({"type": "websocket.send", "text": over.error.decode()})
                close = {"type": "websocket.close", "code": over.close, "reason": over.reason}
                await self.send(close)


async def _stopped(*tasks: asyncio.Task[None]) -> BaseException:
    """Cancel the tasks; what the first of them that ended by itself ended with."""
    ended = [task for task in tasks if task.done()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    error = ended[0].exception() if ended and not ended[0].cancelled() else None
    return error or Gone()
