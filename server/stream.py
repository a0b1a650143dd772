"""`GET /v1/stream`: one WebSocket of one client. One reader, one writer.

Carries `protocols.native` between a socket and a live session; decides who
closes, with which code, and waits for nobody without a limit.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from server import endings
from server.conversation.reader import Reader
from server.conversation.wire import Receive, Send, Wire
from server.conversation.writer import Writer
from server.endings import Gone, Over
from server.live.refusals import Elsewhere, Full, Unknown
from server.live.registry import Registry
from server.live.session import LiveSession
from server.logs import logger
from server.protocols.native import messages, requests
from server.protocols.native.messages import BadMessage
from storage.errors import StorageError

log = logger("stream")


class Conversation:
    def __init__(
        self, receive: Receive, send: Send, registry: Registry, clock: Callable[[], float]
    ) -> None:
        """receive, send: raw ASGI messages of an accepted WebSocket. clock: seconds."""
        self.registry = registry
        self.settings = registry.parts.settings.server
        self.wire = Wire(receive, send, self.settings.send_timeout)
        self.clock = clock

    async def run(self) -> None:
        """From the hello to the close."""
        async with self._parting():
            hello = await self._hello()
            with self.registry.working():
                async with self._parting():
                    await self._talk(*await self._admitted(hello))

    @asynccontextmanager
    async def _parting(self) -> AsyncIterator[None]:
        try:
            yield
        except Over as over:
            await self.wire.close(over)
        except Gone:
            return

    async def _hello(self) -> requests.Request:
        try:
            async with asyncio.timeout(self.settings.hello_timeout):
                message = await self.wire.receive()
        except TimeoutError:
            raise endings.refused(
                BadMessage(f"no hello within {self.settings.hello_timeout:g} s")
            ) from None
        try:
            hello = messages.parse(message)
            if not isinstance(hello, messages.Hello):
                raise BadMessage("the first message is a hello")
            parts = self.registry.parts
            return requests.request(hello, parts.languages, parts.settings.model.name)
        except BadMessage as bad:
            raise endings.refused(bad) from None

    async def _admitted(self, hello: requests.Request) -> tuple[LiveSession, int]:
        """The session, and the number of the last event that the client has."""
        try:
            if again := hello.resume:
                return await self.registry.resume(again)
            return await self.registry.begin(hello, messages.SUBPROTOCOL), 0
        except Full as full:
            raise endings.full(full.retry_after) from None
        except Unknown:
            raise endings.unknown() from None
        except Elsewhere as elsewhere:
            raise endings.elsewhere(elsewhere.retry_after) from None
        except (StorageError, OSError) as failure:
            self.registry.parts.metrics.refused.labels("storage").inc()
            log.error("session refused", error=str(failure))
            raise endings.unkept() from None
        except Exception as failure:
            log.error("session not begun", exc_info=failure)
            raise endings.failed("session") from None

    async def _talk(self, live: LiveSession, seq: int) -> None:
        """Read and write until one of them ends the conversation; then the session waits for
        another one, or is told that nobody will come."""
        if not live.said.outbox.rewind(seq):
            raise endings.unheard()
        live.holding.take(self)
        reader = Reader(live, self.wire, self.registry.parts.languages, self.clock)
        writer = Writer(live, self, self.wire, reader, self.settings, self.clock)
        tasks = [asyncio.create_task(each.run()) for each in (writer, reader)]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended = await _stopped(tasks)
            self._leave(live, ended)
        if isinstance(ended, Over | Gone):
            raise ended
        log.error("conversation failed", session=live.id, exc_info=ended)
        raise endings.failed("conversation")

    def _leave(self, live: LiveSession, ended: BaseException) -> None:
        if live.holding.holder is not self:
            return
        if endings.may_return(ended):
            live.let_go(self, self.settings.linger)
        else:
            live.finish(endings.why(ended))


async def _stopped(tasks: list["asyncio.Task[None]"]) -> BaseException:
    """Cancel the tasks; what the first of them that ended by itself ended with."""
    ended = [task for task in tasks if task.done()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    error = ended[0].exception() if ended and not ended[0].cancelled() else None
    return error or Gone()
