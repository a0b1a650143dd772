"""A server of this project. Hides nothing: its events are the vocabulary of all targets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import captionflow
from captionflow import AudioFormat, Event, Live, Options, Reconnecting, Resumed
from captionflow.protocol import PATH

from benchmarks.targets.address import socket_address
from benchmarks.targets.port import Talk


class CaptionFlow:
    """A server of this project, over `stt.v1`. Raises BadTarget for what is no address."""

    name = "captionflow"
    can_flush = True

    def __init__(
        self, url: str, language: str, endpoint_ms: int, token: str | None, model: str | None
    ) -> None:
        self._url = socket_address(url, PATH)
        self._language = language
        self._options = Options(endpoint_ms=endpoint_ms)
        self._token = token
        self._model = model

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Talk]:
        async with captionflow.connect(
            self._url,
            audio=AudioFormat(),
            language=self._language,
            model=self._model,
            options=self._options,
            token=self._token,
            patience=0,  # a connection that is lost is a failure, and not to be mended here
        ) as live:
            yield _Talk(live)


class _Talk:
    """The client's session; numbers the flushes, which the client wants named."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._flushes = 0

    async def send(self, data: bytes) -> None:
        await self._live.send(data)

    async def flush(self) -> None:
        self._flushes += 1
        await self._live.flush(str(self._flushes))

    async def end(self) -> None:
        await self._live.end()

    async def __aiter__(self) -> AsyncIterator[Event]:
        async for event in self._live:
            if not isinstance(event, Reconnecting | Resumed):  # which nobody has asked for
                yield event
