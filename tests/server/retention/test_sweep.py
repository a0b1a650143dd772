"""Time is passed in. Both object stores, a real database, and journals on a disk."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from server.retention.sweep import BATCH, Sweeper
from server.settings import RetentionSettings
from storage.journal.reader import sessions as with_journals
from storage.journal.records import Opened
from storage.journal.writer import JournalPolicy, Journals, journaling
from storage.open import Storage
from storage.records import Retention, State, Status
from tests.server.retention.shared import audited, left, objects, state, told
from tests.storage.seaweed import Seaweed
from tests.storage.shared import NOON, a_job, a_session, an_upload

KEEP = RetentionSettings(editing=60, recording=3600, transcript=7200, jobs=60, deliveries=60)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
QUICK = JournalPolicy(sync_every=0.002)


class Killed(BaseException):
    """As a signal would end it: nothing of ours catches this."""


def swept(storage: Storage, journals: Journals | None = None) -> Sweeper:
    return Sweeper(storage, KEEP, journals)


async def test_windows_end_and_recordings_and_texts_go(either: Storage) -> None:
    until = {"recording_until": NOON + HOUR, "transcript_until": NOON + 2 * HOUR}
    await left(either, expires_at=NOON + MINUTE, **until)
    sweeper = swept(either)
    assert not any((await sweeper.sweep(NOON + MINUTE - SECOND)).values())

    await sweeper.sweep(NOON + MINUTE)
    assert await state(either) is State.EXPIRED
    assert await told(either) == [("session.expired", "s1")]
    assert len(await objects(either)) == 3

    await sweeper.sweep(NOON + HOUR)
    assert await objects(either) == ["transcript.txt"]
    assert await state(either) is State.EXPIRED
    assert await audited(either) == ["recording_deleted"]

    await sweeper.sweep(NOON + 2 * HOUR)
    assert await objects(either) == []
    assert await either.segments.list("s1") == ()
    assert await state(either) is State.PURGED
    assert await audited(either) == ["recording_deleted", "transcript_deleted"]
    assert ("session.deleted", "s1") in await told(either)
    assert not any((await sweeper.sweep(NOON + 2 * HOUR)).values())


async def test_no_time_at_all_is_gone_with_the_next_pass(storage: Storage) -> None:
    await left(storage, recording_until=NOON, transcript_until=NOON)
    found = await swept(storage).sweep(NOON)
    assert (found["recording_deleted"], found["transcript_deleted"]) == (1, 1)
    assert (await objects(storage), await state(storage)) == ([], State.PURGED)


async def test_held_ones_stay(storage: Storage) -> None:
    session = await left(storage, recording_until=NOON, transcript_until=NOON, hold=True)
    await swept(storage).sweep(NOON + HOUR)
    assert len(await objects(storage)) == 3
    await storage.sessions.update("ann", session.id, hold=False)
    await swept(storage).sweep(NOON + HOUR)
    assert await objects(storage) == []


async def test_uploads_that_never_came(storage: Storage) -> None:
    facts = {"state": State.AWAITING_UPLOAD, "expires_at": NOON + MINUTE, "ready_at": None}
    await left(storage, **facts)
    await swept(storage).sweep(NOON)
    assert await state(storage) is State.AWAITING_UPLOAD
    async with storage.together() as tables:
        await tables.sweep.forget_transcripts(["s1"])
    await swept(storage).sweep(NOON + MINUTE)
    assert await state(storage) is State.PURGED
    assert "upload" not in await objects(storage)
    assert await audited(storage) == ["upload_given_up"]


async def test_sessions_of_before_have_an_end_too(storage: Storage) -> None:
    await left(storage, ready_at=None, ended_at=NOON)
    await swept(storage).sweep(NOON + HOUR - SECOND)
    found = await storage.sessions.get("ann", "s1")
    assert found and found.state is State.EXPIRED and found.recording_until == NOON + HOUR
    await swept(storage).sweep(NOON + HOUR)
    assert "recording" not in await objects(storage)


async def test_a_session_may_ask_for_its_own_times(storage: Storage) -> None:
    await left(storage, ready_at=None, ended_at=NOON, retention=Retention(recording=0))
    await swept(storage).sweep(NOON + SECOND)
    assert await objects(storage) == ["transcript.txt"]


async def test_a_failed_session_goes_with_its_journal(storage: Storage, tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    async with journaling(folder, storage.objects, QUICK) as journals:
        for id in ("s1", "s2"):
            journal = journals.begin(id)
            await journal.synced(journal.append(Opened(id, {})), 15)
            journal.close()
        await journals.seal(15)
        until = {"recording_until": NOON, "transcript_until": NOON + HOUR}
        await left(storage, state=State.FAILED, ready_at=None, **until)
        await swept(storage, journals).sweep(NOON)
        assert await objects(storage) == ["transcript.txt"]
        assert await with_journals(folder, storage.objects) == {"s2"}
        await swept(storage, journals).sweep(NOON + HOUR)
        assert await state(storage) is State.PURGED


async def test_a_worker_removes_parts_in_the_store(storage: Storage) -> None:
    """A process without journals of its own."""
    await storage.objects.put_bytes("journal/s1/000000-000000001", b"part", "x/y")
    await left(storage, state=State.FAILED, recording_until=NOON, transcript_until=NOON)
    await swept(storage).sweep(NOON)
    assert await storage.objects.list() == []


async def test_more_than_a_batch_goes_in_one_pass(storage: Storage) -> None:
    many = BATCH + 3
    for number in range(many):
        facts = {"state": State.READY, "recording_until": NOON, "transcript_until": NOON}
        await storage.sessions.create(a_session(f"s{number}", **facts))
    found = await swept(storage).sweep(NOON)
    assert found["recording_deleted"] == many
    assert len(await told(storage)) == many
    assert (await storage.sessions.list("ann", state=State.READY)).sessions == ()


async def test_several_sweep_at_once_and_each_thing_is_done_once(storage: Storage) -> None:
    ids = [f"s{number}" for number in range(12)]
    for id in ids:
        await left(storage, id, recording_until=NOON, transcript_until=NOON)
    await asyncio.gather(*(swept(storage).sweep(NOON) for _ in range(3)))
    await swept(storage).sweep(NOON)
    assert await storage.objects.list("ann/") == []
    for id in ids:
        assert sorted(await audited(storage, id)) == ["recording_deleted", "transcript_deleted"]
    assert await told(storage) == sorted(("session.deleted", id) for id in ids)


async def test_while_the_store_is_away_all_stays(on_s3: Storage, seaweed: Seaweed) -> None:
    await left(on_s3, recording_until=NOON, transcript_until=NOON, expires_at=NOON)
    seaweed.kill()
    try:
        found = await swept(on_s3).sweep(NOON)
    finally:
        seaweed.start()
    assert found["expired"] == 1, "what needs no store is done"
    assert len(await on_s3.artifacts.list("s1")) == 2
    assert await audited(on_s3) == []
    await again(on_s3)
    assert (await objects(on_s3), await state(on_s3)) == ([], State.PURGED)


async def again(storage: Storage) -> None:
    """Passes until one has all: a store that has just started answers when it can."""
    async with asyncio.timeout(60):
        while await state(storage) is not State.PURGED:
            await swept(storage).sweep(NOON)


@pytest.mark.parametrize("step", ["objects", "journals", "rows", "batch"])
@pytest.mark.parametrize("time", [1, 2])
async def test_killed_after_any_step_the_next_pass_ends_it(
    storage: Storage, step: str, time: int
) -> None:
    await left(storage, recording_until=NOON, transcript_until=NOON)
    passed = 0

    def kill(done: str) -> None:
        nonlocal passed
        passed += done == step
        if passed == time:
            raise Killed

    with pytest.raises(Killed):
        await Sweeper(storage, KEEP, None, kill).sweep(NOON)
    assert "recording_deleted" not in await audited(storage) or "recording" not in await objects(
        storage
    ), "no row is gone before its object"
    await swept(storage).sweep(NOON)
    assert (await objects(storage), await state(storage)) == ([], State.PURGED)
    assert sorted(await audited(storage)) == ["recording_deleted", "transcript_deleted"]
    assert await told(storage) == [("session.deleted", "s1")]


async def test_rows_of_long_ago_are_forgotten(storage: Storage) -> None:
    for number in range(3):
        await storage.jobs.enqueue(
            an_upload(f"s{number}"), a_job(f"j{number}", session=f"s{number}")
        )
        await storage.jobs.cancel("ann", f"j{number}", NOON + number * MINUTE)
    found = await swept(storage).sweep(NOON + 2 * MINUTE)
    assert found["jobs"] == 1
    assert {job.id for job in (await storage.jobs.list("ann", status=Status.CANCELLED)).jobs} == {
        "j1",
        "j2",
    }
