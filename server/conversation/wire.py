"""Messages in and out of an accepted WebSocket, and its close. Knows none of their meanings."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from litestar.exceptions import WebSocketDisconnect

from server import endings
from server.endings import Gone, Over

CLOSE_TIMEOUT = 2.0  # seconds to say goodbye

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class Wire:
    def __init__(self, receive: Receive, send: Send, patience: float) -> None:
        """receive, send: raw ASGI messages. patience: seconds a message may stay unread."""
        self._receive = receive
        self._send = send
        self._patience = patience

    async def receive(self) -> bytes | str:
        """The next message. Raises Gone."""
        try:
            message = await self._receive()
        except WebSocketDisconnect:
            raise Gone from None
        if message["type"] != "websocket.receive":
            raise Gone
        data: bytes | None = message.get("bytes")
        text: str = message.get("text") or ""
        return text if data is None else data

    async def send(self, message: bytes) -> None:
        """Raises Over when the client does not read, Gone when it is no longer there."""
        try:
            async with asyncio.timeout(self._patience):
                await self._send({"type": "websocket.send", "text": message.decode()})
        except TimeoutError:
            raise endings.unread() from None
        except (OSError, RuntimeError, WebSocketDisconnect):
            raise Gone from None

    async def close(self, over: Over) -> None:
        """Say why and close, if the client still listens."""
        with suppress(TimeoutError, OSError, RuntimeError, WebSocketDisconnect):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                if over.error:
                    await self._send({"type": "websocket.send", "text": over.error.decode()})
                close = {"type": "websocket.close", "code": over.close, "reason": over.reason}
                await self._send(close)
