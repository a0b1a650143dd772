"""Bytes on their way into an object store, a little at a time. Knows no store."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

from storage.errors import TooLarge

PIECE = 1 << 18  # bytes read at a time, and handed out at most


async def of_bytes(data: bytes) -> AsyncGenerator[bytes, None]:
    yield data


async def of_file(path: Path) -> AsyncGenerator[bytes, None]:
    """Raises OSError."""
    file = await asyncio.to_thread(path.open, "rb")
    with file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece


async def lots(
    pieces: AsyncIterator[bytes], size: int, limit: int | None = None
) -> AsyncGenerator[bytes, None]:
    """The same bytes in lots of exactly `size`; the last is always smaller, and may be empty.

    limit: bytes of all pieces together. Raises TooLarge with the piece that goes beyond.
    """
    taken, lot = 0, bytearray()
    async for piece in pieces:
        taken += len(piece)
        if limit is not None and taken > limit:
            raise TooLarge(f"more than {limit} bytes")
        rest = memoryview(piece)
        while len(lot) + len(rest) >= size:
            room = size - len(lot)
            lot += rest[:room]
            rest = rest[room:]
            yield bytes(lot)
            lot.clear()
        lot += rest
    yield bytes(lot)
