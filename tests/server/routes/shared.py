"""Sessions that are over, for tests of what may be done to them then."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from server.parts import OWNER
from storage.open import Storage
from tests.server.shared import Running, pcm, talk

TALK = pcm("...." + "#" * 15 + "." * 10 + "#" * 12 + "." * 10)
SAID = ["w1 w2 w3 w4 w5", "w10 w11 w12 w13"]


async def finished(server: Running, audio: bytes = TALK) -> str:
    """The id of a live session that is ready."""
    async with server.connect() as live:
        await talk(live, audio)
    return str((await server.over(live.welcome.session))["id"])


def storage_of(server: Running) -> Storage:
    return server.registry.parts.storage


async def expired(server: Running, id: str) -> None:
    """Its editing window has come to its end, and the sweep has seen it."""
    storage, now = storage_of(server), datetime.now(UTC)
    await storage.sessions.update(OWNER, id, expires_at=now - timedelta(seconds=1))
    await storage.sweep.expire(now, 100)


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of an answer that has to be a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code and body["detail"] and body["title"]
    return answer.status_code, body["code"]
