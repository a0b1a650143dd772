"""A scripted peer: a real WebSocket server on 127.0.0.1 that does what a test tells it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

Script = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def playing(script: Script) -> AsyncIterator[str]:
    """The address of a peer that runs `script` for each connection."""

    async def handle(socket: ServerConnection) -> None:
        try:
            await script(socket)
        except ConnectionClosed:
            return

    async with serve(
        handle, "127.0.0.1", 0, subprotocols=[Subprotocol("stt.v1")], close_timeout=1
    ) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.fixture
def peer() -> Callable[[Script], object]:
    return playing
