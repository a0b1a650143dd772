"""The body of a request as it comes, bounded in time and length. Knows no form and no store."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from msgspec import Struct

from storage.errors import TooLarge

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
"""What an ASGI server gives an application."""


class TooSlow(Exception):
    """No byte for too long, or not all of them in time."""


class CutOff(Exception):
    """The client is gone before all of it was there."""


class Mismatch(Exception):
    """What came is not what was announced."""

    def __init__(self, what: str, expected: object, found: object) -> None:
        super().__init__(f"{what}: {expected} announced, {found} found")
        self.what, self.expected, self.found = what, expected, found


class Patience(Struct, frozen=True):
    """silence: seconds to wait for more. whole: seconds for all, with what is done in between."""

    silence: float
    whole: float


async def pieces(receive: Receive, patience: Patience, most: int) -> AsyncGenerator[bytes, None]:
    """The body, at most so many bytes of it, in pieces of any length but none.

    Raises TooSlow, CutOff, TooLarge.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + patience.whole
    more, taken = True, 0
    while more:
        try:
            async with asyncio.timeout_at(min(end, loop.time() + patience.silence)):
                message = await receive()
        except TimeoutError:
            raise TooSlow from None
        if message["type"] != "http.request":
            raise CutOff
        more = message.get("more_body", False)
        body: bytes = message.get("body", b"")
        taken += len(body)
        if taken > most:
            raise TooLarge(f"more than {most} bytes")
        if body:
            yield body


async def as_announced(
    data: AsyncIterator[bytes], size: int, sha256: str | None
) -> AsyncGenerator[bytes, None]:
    """The same pieces. Raises Mismatch after the last one, unless they are what they should be."""
    digest, taken = hashlib.sha256(), 0
    async for piece in data:
        taken += len(piece)
        if sha256 is not None:
            digest.update(piece)
        yield piece
    if taken != size:
        raise Mismatch("bytes", size, taken)
    if sha256 is not None and digest.hexdigest() != sha256:
        raise Mismatch("sha256", sha256, digest.hexdigest())
