"""What can be measured: one interface, one class for each kind of server. No loop, no clock.

The events of this project's client are the vocabulary; a target of another make translates
its own messages to `Partial`, `Final`, `AudioAck` and `Ended`.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from captionflow import Event


class CannotFlush(Exception):
    """This kind of server has no way to be asked for the end of the utterance."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} cannot be asked for the end of the utterance")


class Talk(Protocol):
    """One open session. Methods raise when the server refuses, fails or goes away."""

    async def send(self, data: bytes) -> None:
        """16-bit mono samples at 16 kHz, of any length."""

    async def flush(self) -> None:
        """Ask for the end of the utterance now. Raises CannotFlush; see `Target.can_flush`."""

    async def end(self) -> None:
        """No more audio; the iteration ends when all text has come."""

    def __aiter__(self) -> AsyncIterator[Event]: ...


class Target(Protocol):
    """Something that takes speech and gives captions.

    name: as in `find.NAMES`. can_flush: whether `Talk.flush` works, known before a session.
    """

    @property
    def name(self) -> str: ...

    @property
    def can_flush(self) -> bool: ...

    def open(self) -> AbstractAsyncContextManager[Talk]:
        """Dial and greet. Entering raises ServerError when there is no session to be had."""


class Wire(Protocol):
    """One session in the messages of one make of server. Pure: told what came and how long ago.

    ready: the server has greeted, audio may be sent.
    """

    @property
    def ready(self) -> bool: ...

    def opening(self) -> list[str | bytes]:
        """To be sent before anything else."""

    def audio(self, data: bytes) -> list[str | bytes]:
        """16-bit mono samples at 16 kHz as the server wants them."""

    def flush(self) -> list[str | bytes]:
        """Ask for the end of the utterance. Raises CannotFlush."""

    def ending(self) -> list[str | bytes]:
        """No more audio."""

    def heard(self, message: str | bytes) -> list[Event]:
        """What a message means; `Ended` is the last. Raises ServerError when the server gave up."""

    def quiet(self, seconds: float) -> list[Event]:
        """Nothing new came for so long since `ending`; infinity when the server has closed."""
