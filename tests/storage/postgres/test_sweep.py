"""The contract of the port `Sweep`, held against Postgres."""

from datetime import timedelta

import pytest

from storage.database import Database
from storage.ports import Segments, Sessions, Sweep
from storage.postgres.artifacts import PostgresArtifacts
from storage.postgres.audits import PostgresAudits
from storage.postgres.deliveries import PostgresDeliveries
from storage.postgres.jobs import PostgresJobs
from storage.postgres.sweep import PostgresSweep
from storage.postgres.webhooks import PostgresWebhooks
from storage.records import (
    Artifact,
    Audit,
    Retention,
    Segment,
    Session,
    State,
    Status,
    Upload,
    Webhook,
)
from tests.storage.shared import NOON, a_job, a_session, an_upload

LATER = NOON + timedelta(seconds=1)


@pytest.fixture
def sweep(database: Database) -> Sweep:
    return PostgresSweep(database)


@pytest.fixture
def artifacts(database: Database) -> PostgresArtifacts:
    return PostgresArtifacts(database)


async def test_a_window_that_is_over_expires(sessions: Sessions, sweep: Sweep) -> None:
    for id, state, until in (
        ("over", State.READY, NOON),
        ("held", State.READY, NOON),
        ("not yet", State.READY, LATER),
        ("never", State.READY, None),
        ("announced", State.AWAITING_UPLOAD, NOON),
    ):
        await sessions.create(a_session(id, state=state, expires_at=until, hold=id == "held"))
    assert len(await sweep.expire(NOON, 1)) == 1
    assert len(await sweep.expire(NOON, 10)) == 1
    assert await sweep.expire(NOON, 10) == ()
    expired = await sessions.list("ann", state=State.EXPIRED)
    assert {it.id for it in expired.sessions} == {"over", "held"}
    restored = await sessions.move("over", State.READY, expires_at=LATER)
    assert restored.expires_at == LATER


async def test_announced_files_that_do_not_come_are_purged(
    sessions: Sessions, sweep: Sweep
) -> None:
    upload = Upload(key="ann/s1/upload", content_type="audio/mpeg")
    facts = {"state": State.AWAITING_UPLOAD, "expires_at": NOON, "filename": "a.mp3"}
    await sessions.create(a_session("s1", upload=upload, **facts))
    await sessions.create(a_session("s2", **{**facts, "expires_at": LATER}))
    (due,) = await sweep.due_uploads(NOON, 10)
    assert (due.session.id, due.keys) == ("s1", ("ann/s1/upload",))
    (purged,) = await sweep.forget_recordings(["s1"])
    assert (purged.state, purged.upload, purged.filename) == (State.PURGED, None, None)


async def keep(
    sessions: Sessions, segments: Segments, artifacts: PostgresArtifacts, id: str, **facts: object
) -> None:
    """A finished upload with its file, a recording and a transcript, both overdue."""
    upload = Upload(key=f"{id}/upload", content_type="audio/mpeg")
    until = {"recording_until": NOON, "transcript_until": NOON, "upload": upload}
    await sessions.create(a_session(id, **{"state": State.READY, **until, **facts}))
    for name in ("recording", "transcript.txt", "transcript.srt"):
        artifact = Artifact(
            session=id, name=name, key=f"{id}/{name}", content_type="x/y", bytes=1, sha256="0" * 64
        )
        await artifacts.put(artifact)
    segment = Segment(session=id, number=1, start=0, end=1, text="a", words=(), confidence=1.0)
    await segments.put(id, [segment])


async def test_recording_and_transcript_go_apart_and_then_all_is_gone(
    sessions: Sessions, segments: Segments, artifacts: PostgresArtifacts, sweep: Sweep
) -> None:
    await keep(sessions, segments, artifacts, "s1", options={"hotwords": ["secret"]}, room="hall")
    (due,) = await sweep.due_recordings(NOON, 10)
    assert set(due.keys) == {"s1/recording", "s1/upload"}
    assert await sweep.forget_recordings(["s1"]) == ()
    assert await sweep.due_recordings(NOON, 10) == ()
    assert [it.name for it in await artifacts.list("s1")] == ["transcript.srt", "transcript.txt"]

    (due,) = await sweep.due_transcripts(NOON, 10)
    assert set(due.keys) == {"s1/transcript.srt", "s1/transcript.txt"}
    (purged,) = await sweep.forget_transcripts(["s1"])
    assert purged == a_session(state=State.PURGED)
    assert (await segments.list("s1"), await artifacts.list("s1")) == ((), ())
    assert await sweep.due_transcripts(NOON, 10) == ()


async def test_the_transcript_may_go_first(
    sessions: Sessions, segments: Segments, artifacts: PostgresArtifacts, sweep: Sweep
) -> None:
    await keep(sessions, segments, artifacts, "s1", state=State.EXPIRED)
    assert await sweep.forget_transcripts(["s1"]) == ()
    (purged,) = await sweep.forget_recordings(["s1"])
    assert purged.state is State.PURGED


@pytest.mark.parametrize(
    "facts",
    [{"hold": True}, {"recording_until": LATER, "transcript_until": LATER}]
    + [{"state": state} for state in (State.OPEN, State.DRAINING, State.FINALIZING)]
    + [{"recording_until": None, "transcript_until": None}],
)
async def test_what_is_not_due_stays(
    sessions: Sessions,
    segments: Segments,
    artifacts: PostgresArtifacts,
    sweep: Sweep,
    facts: dict[str, object],
) -> None:
    await keep(sessions, segments, artifacts, "s1", **facts)
    assert await sweep.due_recordings(NOON, 10) == ()
    assert await sweep.due_transcripts(NOON, 10) == ()


async def test_two_sweeps_take_different_sessions(
    sessions: Sessions, segments: Segments, artifacts: PostgresArtifacts, database: Database
) -> None:
    for number in range(3):
        await keep(sessions, segments, artifacts, f"s{number}")
    async with database.together() as one, database.together() as two:
        first, second = PostgresSweep(one), PostgresSweep(two)
        mine = await first.due_recordings(NOON, 2)
        yours = await second.due_recordings(NOON, 2)
        await first.forget_recordings([due.session.id for due in mine])
        await second.forget_recordings([due.session.id for due in yours])
    assert len(mine) == 2
    assert {due.session.id for due in (*mine, *yours)} == {"s0", "s1", "s2"}
    assert await PostgresSweep(database).due_recordings(NOON, 2) == ()


HOUR = timedelta(hours=1)
KEEP = (60, 3600, 7200)  # seconds: editing, recording, transcript


async def of(sessions: Sessions, id: str) -> Session:
    found = await sessions.get("ann", id)
    assert found
    return found


async def test_it_is_decided_how_long_things_are_kept(sessions: Sessions, sweep: Sweep) -> None:
    """For sessions of before anybody decided it, and for those that failed."""
    now = NOON + 10 * HOUR
    await sessions.create(a_session("old", state=State.READY, ended_at=NOON))
    await sessions.create(a_session("failed", state=State.FAILED, ended_at=NOON))
    asked = Retention(recording=0)
    await sessions.create(a_session("asked", state=State.EXPIRED, ended_at=NOON, retention=asked))
    await sessions.create(a_session("gone", state=State.READY, transcript_until=NOON))
    await sessions.create(a_session("open", state=State.OPEN))
    assert await sweep.decide(now, *KEEP, 2) == 2
    assert await sweep.decide(now, *KEEP, 2) == 1
    assert await sweep.decide(now, *KEEP, 2) == 0
    old, failed = await of(sessions, "old"), await of(sessions, "failed")
    assert old.expires_at == NOON + timedelta(seconds=60)
    assert (old.recording_until, old.transcript_until) == (NOON + HOUR, NOON + 2 * HOUR)
    assert (failed.recording_until, failed.transcript_until) == (now + HOUR, now + 2 * HOUR)
    assert failed.expires_at is None
    asking = await of(sessions, "asked")
    assert (asking.recording_until, asking.transcript_until) == (NOON, NOON + 2 * HOUR)
    assert (await of(sessions, "gone")).recording_until is None
    assert (await of(sessions, "open")).recording_until is None


async def test_jobs_that_ended_long_ago_are_forgotten(
    sessions: Sessions, sweep: Sweep, jobs: PostgresJobs
) -> None:
    for number in range(4):
        job = a_job(f"j{number}", session=f"s{number}")
        await jobs.enqueue(an_upload(f"s{number}"), job)
        if number:
            await jobs.cancel("ann", job.id, NOON + number * HOUR)
    assert await sweep.forget_jobs(NOON + 3 * HOUR, 1) == 1
    assert await sweep.forget_jobs(NOON + 3 * HOUR, 9) == 1
    assert await sweep.forget_jobs(NOON + 3 * HOUR, 9) == 0
    left = {job.id: job.status for job in (await jobs.list("ann")).jobs}
    assert left == {"j0": Status.QUEUED, "j3": Status.CANCELLED}


async def test_deliveries_and_audits_of_long_ago_are_forgotten(
    sweep: Sweep, database: Database
) -> None:
    deliveries, audits = PostgresDeliveries(database), PostgresAudits(database)
    hook = Webhook(id="a", owner="ann", url="http://a/", events=("x",), created_at=NOON)
    await PostgresWebhooks(database).add(hook)
    for number in range(3):
        at = NOON + number * HOUR
        await deliveries.enqueue(f"e{number}", "ann", "x", {}, at)
        await audits.add(Audit(at=at, actor="ann", action="erased", owner="ann", session="s1"))
    await deliveries.done("e0.a", NOON)
    await deliveries.done("e2.a", NOON)
    assert await sweep.forget_deliveries(NOON + 2 * HOUR, 9) == 1, "those that wait stay"
    left = (await deliveries.list("ann", "a")).deliveries
    assert [it.id for it in left] == ["e2.a", "e1.a"]
    assert await sweep.forget_audits(NOON + 2 * HOUR, 1) == 1
    assert await sweep.forget_audits(NOON + 2 * HOUR, 9) == 1
    assert [it.at for it in await audits.of("s1")] == [NOON + 2 * HOUR]
