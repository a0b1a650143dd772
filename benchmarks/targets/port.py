"""What can be measured: one interface, one class for each kind of server. No loop, no clock.

The events of this project's client are the vocabulary; a target of another make translates
its own messages to `Partial`, `Final`, `AudioAck` and `Ended`.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from captionflow import Event


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
