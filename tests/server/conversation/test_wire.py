"""Messages of ASGI, as the server gives them."""

import asyncio
from collections import deque
from typing import Any

import pytest
from litestar.exceptions import WebSocketDisconnect

from server import endings
from server.conversation.wire import Wire
from server.endings import Gone, Over

MESSAGES: list[Any] = [
    {"type": "websocket.receive", "text": "a"},
    {"type": "websocket.receive", "bytes": b"b", "text": None},
    {"type": "websocket.receive"},
    {"type": "websocket.disconnect"},
]


async def nothing(_: Any) -> None:
    return None


async def test_text_bytes_and_the_end() -> None:
    messages = deque(MESSAGES)

    async def receive() -> Any:
        return messages.popleft()

    wire = Wire(receive, nothing, 1.0)
    assert [await wire.receive() for _ in range(3)] == ["a", b"b", ""]
    with pytest.raises(Gone):
        await wire.receive()


async def test_who_does_not_read_and_who_is_gone() -> None:
    async def hang(_: Any) -> None:
        await asyncio.Event().wait()

    async def refuse(_: Any) -> None:
        raise WebSocketDisconnect(detail="gone", code=1006)

    async def receive() -> Any:
        raise WebSocketDisconnect(detail="gone", code=1006)

    with pytest.raises(Over) as unread:
        await Wire(receive, hang, 0.01).send(b"{}")
    assert unread.value.close == 4429
    with pytest.raises(Gone):
        await Wire(receive, refuse, 1.0).send(b"{}")
    with pytest.raises(Gone):
        await Wire(receive, nothing, 1.0).receive()
    await Wire(receive, refuse, 1.0).close(endings.idle(3))


async def test_the_reason_is_said_before_the_close() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return MESSAGES[-1]

    await Wire(receive, send, 1.0).close(endings.idle(3))
    assert [it["type"] for it in sent] == ["websocket.send", "websocket.close"]
    assert "idle" in sent[0]["text"] and sent[1]["code"] == 4408
