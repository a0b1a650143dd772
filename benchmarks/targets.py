"""What can be measured: one interface, one class for each kind of server. No loop, no clock.

The events of this project's client are the vocabulary; a target of another make translates
its own messages to `Partial`, `Final`, `AudioAck` and `Ended`.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import captionflow
from captionflow import AudioFormat, Event, Options


class Talk(Protocol):
    """One open session. Methods raise when the server refuses, fails or goes away."""

    async def send(self, data: bytes) -> None:
        """16-bit mono samples at 16 kHz, of any length."""

    async def end(self) -> None:
        """No more audio; the iteration ends when all text has come."""

    def __aiter__(self) -> AsyncIterator[Event]: ...


class Target(Protocol):
    """Something that takes speech and gives captions."""

    name: str

    def open(self) -> AbstractAsyncContextManager[Talk]: ...


class CaptionFlow:
    """A server of this project, over `stt.v1`."""

    name = "captionflow"

    def __init__(
        self, url: str, language: str, endpoint_ms: int, token: str | None, model: str | None
    ) -> None:
        self._url = url
        self._language = language
        self._options = Options(endpoint_ms=endpoint_ms)
        self._token = token
        self._model = model

    def open(self) -> AbstractAsyncContextManager[Talk]:
        return captionflow.connect(
            self._url,
            audio=AudioFormat(),
            language=self._language,
            model=self._model,
            options=self._options,
            token=self._token,
        )
