"""Sessions for the pages about them: what is said in them, and what becomes of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from inference.types import Words
from server.parts import OWNER
from storage.open import Storage
from storage.records import Job, Session, State
from tests.fakes import SPAN, TENTH, words
from tests.server.shared import Running, pcm, talk

SAID = ("Good morning, everybody.", "Ada has the numbers.", "So we begin in April.")
GAP = 10  # tenths of a second between two of these


def scene(texts: tuple[str, ...] = SAID) -> tuple[str, Words]:
    """A drawing of somebody who says these one after the other, and what is heard of it."""
    picture, heard = "...", []
    for text in texts:
        heard += words(text, len(picture) * TENTH)
        picture += "#" * (len(text.split()) * SPAN // TENTH) + "." * GAP
    return picture, tuple(heard)


async def spoken(server: Running, texts: tuple[str, ...] = SAID) -> str:
    """The id of a live session that is ready."""
    picture, server.model.script = scene(texts)
    async with server.connect() as live:
        await talk(live, pcm(picture))
    return str((await server.over(live.welcome.session))["id"])


def storage_of(server: Running) -> Storage:
    return server.registry.parts.storage


def now() -> datetime:
    return datetime.now(UTC)


async def expired(server: Running, id: str) -> None:
    """Its editing window is over, and the sweep has seen it."""
    storage = storage_of(server)
    await storage.sessions.update(OWNER, id, expires_at=now() - timedelta(seconds=1))
    await storage.sweep.expire(now(), 100)


async def correct(server: Running, id: str, number: int, revision: int, **change: str) -> None:
    """As somebody else would."""
    answer = await server.http.patch(
        f"/v1/sessions/{id}/segments/{number}",
        json=change,
        headers={"if-match": f'"{revision}"'},
    )
    assert answer.status_code == 200, answer.text


async def segment(server: Running, id: str, number: int) -> dict[str, Any]:
    answer = await server.get(f"/v1/sessions/{id}/segments/{number}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def made(server: Running, id: str, **facts: Any) -> str:
    """A session that is only a record."""
    usual = {"owner": OWNER, "kind": "live", "protocol": "stt.v1", "model": "base"}
    await storage_of(server).sessions.create(
        Session(**{"id": id, "created_at": now(), "state": State.EXPIRED, **usual, **facts})
    )
    return id


async def claimed(server: Running) -> Job:
    """The job that waits longest, as a worker has it."""
    job = await storage_of(server).work.claim(["small", "medium", "large"], "w", now())
    assert job is not None
    return job
