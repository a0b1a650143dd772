"""Sessions with all that they leave behind, and looks at what is still there."""

from typing import Any

from server.webhooks.telling import EVENTS
from storage.open import Storage
from storage.records import Artifact, Segment, Session, State, Upload, Webhook
from tests.storage.shared import NOON, a_session

HOOK = Webhook(id="wh", owner="ann", url="http://a.example/", events=EVENTS, created_at=NOON)


async def listen(storage: Storage) -> None:
    """Somebody wants to be told of everything."""
    await storage.webhooks.add(HOOK)


async def told(storage: Storage) -> list[tuple[str, str]]:
    """Events and whom they are about, oldest first."""
    page = await storage.deliveries.list("ann", HOOK.id, 200)
    found = [(it.event, it.body["data"]["session_id"]) for it in page.deliveries]
    return sorted(found)


async def left(storage: Storage, id: str = "s1", **facts: Any) -> Session:
    """A session that is over, with its upload, its recording and its transcript."""
    upload = Upload(key=f"ann/{id}/upload", content_type="audio/mpeg")
    given = {"state": State.READY, "ready_at": NOON, "upload": upload}
    session = a_session(id, **{**given, **facts})
    await storage.sessions.create(session)
    await storage.objects.put_bytes(upload.key, b"mp3", "audio/mpeg")
    for name in ("recording", "transcript.txt"):
        blob = await storage.objects.put_bytes(f"ann/{id}/{name}", b"what was said", "x/y")
        artifact = Artifact(
            session=id, name=name, key=blob.key, content_type="x/y", bytes=13, sha256=blob.sha256
        )
        await storage.artifacts.put(artifact)
    segment = Segment(session=id, number=1, start=0, end=1, text="a", words=(), confidence=1.0)
    await storage.segments.put(id, [segment])
    return session


async def objects(storage: Storage, id: str = "s1") -> list[str]:
    """The names of those that the session still has."""
    return [key.rpartition("/")[2] for key in await storage.objects.list(f"ann/{id}/")]


async def state(storage: Storage, id: str = "s1") -> State | None:
    found = await storage.sessions.get("ann", id)
    return found.state if found else None


async def audited(storage: Storage, id: str = "s1") -> list[str]:
    return [entry.action for entry in await storage.audits.of(id)]
