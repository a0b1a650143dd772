"""A server of this project, published to by WHIP: a `Target` as those of other transports."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import numpy as np
from captionflow import Error, Event, ServerError
from captionflow.protocol import Ended, decode_event

from benchmarks.run.drive import FRAME
from benchmarks.targets.port import CannotFlush, Talk
from benchmarks.whip.opus import SPEECH, Encoder
from benchmarks.whip.publisher import Publisher, publish
from benchmarks.whip.relay import Loss, relayed


class Whip:
    """Each session is a room of its own."""

    name = "whip"
    can_flush = False

    def __init__(
        self,
        url: str,
        language: str,
        endpoint_ms: int,
        token: str | None = None,
        loss: Loss | None = None,
        way: str = SPEECH,
    ) -> None:
        """loss: of the media on its way to the server; with any, all goes through a relay. way: of
        Opus."""
        self._url = url
        self._query = {"language": language, "endpoint_ms": str(endpoint_ms)}
        self._token = token
        self._loss = loss
        self._way = way

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Talk]:
        room = f"bench-{secrets.token_hex(8)}"
        async with AsyncExitStack() as stack:
            relay = await stack.enter_async_context(relayed(self._loss)) if self._loss else None
            published = publish(self._url, room, self._query, self._token, relay)
            talk = _Talk(await stack.enter_async_context(published), Encoder(self._way))
            await talk.greet()
            yield talk


class _Talk:
    """One published session."""

    def __init__(self, publisher: Publisher, encoder: Encoder) -> None:
        self._publisher = publisher
        self._encoder = encoder
        self._early: list[Event] = []

    async def greet(self) -> None:
        """Until the server's welcome, before which nothing it says is of use."""
        event = await self._next()
        self._early.append(event)

    async def send(self, data: bytes) -> None:
        samples = np.frombuffer(data, "<i2")
        for at in range(0, len(samples), FRAME):
            self._publisher.send(self._encoder.encode(samples[at : at + FRAME]))

    async def flush(self) -> None:
        raise CannotFlush(Whip.name)

    async def end(self) -> None:
        await self._publisher.end()

    async def __aiter__(self) -> AsyncIterator[Event]:
        for event in self._early:
            yield event
        while True:
            event = await self._next()
            yield event
            if isinstance(event, Ended):
                return

    async def _next(self) -> Event:
        while True:
            match decode_event(await self._publisher.hear()):
                case Error(code=code, message=message, fatal=True):
                    raise ServerError(code, message)
                case None:
                    continue
                case event:
                    return event
