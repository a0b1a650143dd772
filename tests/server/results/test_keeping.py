"""What is left of a session is the same however often it is made."""

from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest_asyncio

from inference.types import SAMPLE_RATE, Word
from server.results import keeping
from server.results.formats import About, render
from server.settings import RetentionSettings
from storage.open import Storage, open_storage
from storage.records import Artifact, Retention, Segment, Session, State, Webhook
from storage.settings import StorageSettings
from tests.storage.shared import NOON, a_session

KEEP = RetentionSettings(editing=60, recording=120, transcript=180)
SEGMENT = Segment(
    session="s1",
    number=0,
    start=0,
    end=8000,
    text="once",
    words=(Word(" once", 0, 8000, 0.9),),
    confidence=0.9,
)
CORRECTED = Segment(
    session="s1",
    number=1,
    start=2 * SAMPLE_RATE,
    end=4 * SAMPLE_RATE,
    text="Ada Lovelace, of all people",
    words=(),
    confidence=0.9,
    revision=2,
)


@pytest_asyncio.fixture
async def storage(tmp_path: Path, database_url: str) -> AsyncIterator[Storage]:
    async with open_storage(StorageSettings(tmp_path, database_url=database_url)) as opened:
        yield opened


async def finalizing(storage: Storage, **facts: object) -> Session:
    session = a_session(**facts)
    await storage.sessions.create(session)
    await storage.sessions.move("s1", State.DRAINING)
    return await storage.sessions.move("s1", State.FINALIZING)


async def content(storage: Storage, artifact: Artifact) -> bytes:
    return b"".join([piece async for piece in storage.objects.open(artifact.key)])


async def test_artifacts_say_what_is_in_the_store(storage: Storage, tmp_path: Path) -> None:
    session = await finalizing(storage)
    assert await keeping.recording(storage.objects, session, tmp_path / "none.flac") == ()
    (tmp_path / "a.flac").write_bytes(b"fLaC")
    made = await keeping.recording(storage.objects, session, tmp_path / "a.flac")
    made += await keeping.transcripts(storage.objects, session, [SEGMENT])
    assert [it.name for it in made] == [
        "recording",
        *(f"transcript.{kind}" for kind in ("txt", "srt", "vtt", "json")),
    ]
    for artifact in made:
        data = await content(storage, artifact)
        assert (artifact.bytes, artifact.sha256) == (len(data), sha256(data).hexdigest())
    assert await content(storage, made[1]) == b"once\n"


async def test_a_session_ends_with_all_that_was_made_and_its_owner_is_told(
    storage: Storage,
) -> None:
    session = await finalizing(storage)
    hook = Webhook(id="h", owner="ann", url="http://x", events=("session.ready",), created_at=NOON)
    await storage.webhooks.add(hook)
    made = await keeping.transcripts(storage.objects, session, [SEGMENT])
    for _ in range(2):
        async with storage.together() as tables:
            ended = await keeping.end(tables, session, made, KEEP, NOON)
    assert (ended.state, ended.ready_at) == (State.READY, NOON)
    spans = (ended.expires_at, ended.recording_until, ended.transcript_until)
    assert [it and it - NOON for it in spans] == [timedelta(seconds=s) for s in (60, 120, 180)]
    assert len(await storage.artifacts.list("s1")) == 4
    later = NOON + timedelta(hours=1)
    told = await storage.deliveries.claim(NOON, later, 10)
    assert [it.event for it in told] == ["session.ready"]


async def test_what_is_kept_for_no_time_is_there_until_the_sweep(storage: Storage) -> None:
    session = await finalizing(storage, retention=Retention(recording=0, transcript=0))
    made = await keeping.transcripts(storage.objects, session, [SEGMENT])
    async with storage.together() as tables:
        ended = await keeping.end(tables, session, made, KEEP, NOON)
    assert (ended.recording_until, ended.transcript_until) == (NOON, NOON)
    assert await content(storage, made[0]) == b"once\n"
    async with storage.together() as tables:
        due = await tables.sweep.due_transcripts(NOON, 10)
    assert [it.session.id for it in due] == ["s1"]


async def test_an_error_is_a_failure_whose_parts_are_kept_as_long(storage: Storage) -> None:
    session = await finalizing(storage)
    async with storage.together() as tables:
        ended = await keeping.end(tables, session, (), KEEP, NOON, "it broke")
    assert (ended.state, ended.error) == (State.FAILED, "it broke")
    assert ended.recording_until == NOON + timedelta(seconds=120)


def test_a_corrected_segment_has_the_times_of_what_was_heard() -> None:
    about = About("s1", 4.0, "en", "base")
    lines = [keeping.line(SEGMENT), keeping.line(CORRECTED)]
    assert "00:00:02,000 --> 00:00:04,000\nAda Lovelace, of all people\n" in render(
        "srt", lines, about
    )
    assert "00:00:02.000 --> 00:00:04.000\nAda Lovelace, of all people\n" in render(
        "vtt", lines, about
    )
    told = render("json", lines, about)
    assert '"start":2.0,"end":4.0,"text":"Ada Lovelace, of all people"' in told
    assert render("txt", lines, about) == "once\nAda Lovelace, of all people\n"
