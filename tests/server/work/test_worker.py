"""Who does which job, who stops, and who takes up what others have lost."""

from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from msgspec.structs import replace

from server.parts import OWNER
from storage.records import Job, State, Status
from tests.server.shared import until
from tests.server.work.house import QUICK, House, wav

TALK = "..######.............######.............."


async def test_a_job_is_begun_when_it_is_enqueued(house: House) -> None:
    async with house.working(replace(QUICK, look=60.0)):
        begun = monotonic()
        job = await house.upload(wav(TALK))
        done = await house.ended(job)
        assert (done.status, done.progress, done.error) == (Status.COMPLETED, 1.0, None)
        assert monotonic() - begun < 10, "it was told, and did not have to look"
        assert (await house.session(job)).state is State.READY


async def test_a_cancelled_job_stops_within_two_seconds_and_writes_nothing_more(
    house: House,
) -> None:
    house.model.hold()
    async with house.working(replace(QUICK, heartbeat=20.0, lost=60.0)) as worker:
        job = await house.upload(wav(TALK))
        await house.model.is_in()
        begun = monotonic()
        await house.storage.jobs.cancel(OWNER, job.id, datetime.now(UTC))
        await until(lambda: not worker.running)
        assert monotonic() - begun < 2
        house.model.release()
        later = await house.upload(wav(TALK))
        await house.ended(later)
    assert (await house.job(job)).status is Status.CANCELLED
    session = await house.session(job)
    assert (session.state, session.error) == (State.FAILED, "cancelled")
    assert await house.texts(job) == []
    assert await house.names(job) == []
    assert house.files() == []


async def test_who_is_erased_is_stopped_too(house: House) -> None:
    house.model.hold()
    async with house.working() as worker:
        job = await house.upload(wav(TALK))
        await house.model.is_in()
        await house.storage.sessions.erase(OWNER, job.session)
        await until(lambda: not worker.running)


async def test_at_the_end_jobs_are_given_back_as_if_they_had_not_begun(house: House) -> None:
    house.model.hold()
    async with house.working():
        job = await house.upload(wav(TALK))
        await house.model.is_in()
        await house.is_at(job, Status.PROCESSING, "transcribing")
        begun = monotonic()
    assert monotonic() - begun < 5
    given = await house.job(job)
    assert (given.status, given.attempts, given.progress) == (Status.QUEUED, 0, 0.0)
    assert (await house.session(job)).state is State.QUEUED
    assert house.files() == []
    house.model.release()
    async with house.working():
        done = await house.ended(job)
    assert (done.status, done.attempts) == (Status.COMPLETED, 1)


async def test_two_workers_do_each_job_once(house: House) -> None:
    async with house.working(replace(QUICK, small=2)), house.working(replace(QUICK, small=2)):
        jobs = [await house.upload(wav("..####....")) for _ in range(12)]
        done = [await house.ended(job) for job in jobs]
    assert {(it.status, it.attempts) for it in done} == {(Status.COMPLETED, 1)}
    assert len(house.model.windows) == 12
    for job in jobs:
        assert len(await house.texts(job)) == 1


async def test_owners_take_turns(house: House) -> None:
    """One who has much waiting does not keep another from being next."""
    ann = [await house.upload(wav("..####...."), owner="ann") for _ in range(5)]
    bob = [await house.upload(wav("..####...."), owner="bob") for _ in range(2)]
    async with house.working():
        done = [await house.ended(job) for job in [*ann, *bob]]
    order = [it.owner for it in sorted(done, key=lambda it: it.started_at or it.created_at)]
    assert order == ["ann", "bob", "ann", "bob", "ann", "ann", "ann"]


async def test_each_queue_has_its_own_places(house: House) -> None:
    house.model.hold()
    medium = await house.upload(wav(TALK), model="medium")
    small = [await house.upload(wav(TALK)) for _ in range(3)]
    async with house.working(replace(QUICK, small=2)) as worker:
        await house.model.is_in()
        await until(lambda: len(worker.running) == 2)
        assert (await house.job(medium)).status is Status.QUEUED, "nobody here takes medium ones"
        house.model.release()
        for job in small:
            await house.ended(job)
    assert await house.storage.jobs.waiting() == {"small": 0, "medium": 1, "large": 0}


async def lost_by(house: House, worker: str, ago: float) -> Job:
    """A job that somebody began so long ago and has not been heard of since."""
    job = await house.upload(wav(TALK))
    then = datetime.now(UTC) - timedelta(seconds=ago)
    assert await house.storage.work.claim(["small"], worker, datetime.now(UTC))
    assert await house.storage.work.heartbeat(worker, [job.id], then)
    await house.storage.sessions.move(job.session, State.OPEN)
    return job


async def test_the_jobs_of_who_is_not_heard_of_any_more_are_done(house: House) -> None:
    job = await lost_by(house, "gone", 100)
    async with house.working():
        done = await house.ended(job)
    assert (done.status, done.attempts) == (Status.COMPLETED, 2)
    assert (await house.session(job)).state is State.READY


async def test_a_job_that_is_lost_too_often_is_dead_and_can_be_replayed(house: House) -> None:
    job = await lost_by(house, "gone", 100)
    await house.storage.database.row(
        "UPDATE jobs SET attempts = 5 WHERE id = $1 RETURNING id", job.id
    )
    async with house.working():
        dead = await house.ended(job)
        assert (dead.status, dead.error and dead.error["code"]) == (Status.DEAD, "worker_lost")
        session = await house.session(job)
        assert session.state is State.FAILED
        assert session.recording_until is not None, "it is not kept for ever"
        await house.storage.jobs.replay(OWNER, job.id, datetime.now(UTC))
        done = await house.ended(job)
    assert (done.status, done.attempts) == (Status.COMPLETED, 1)
    assert (await house.session(job)).error is None


async def test_a_worker_that_was_taken_for_lost_writes_nothing(house: House) -> None:
    """Its job is another's by then, and what it has made is not seen."""
    house.model.hold()
    async with house.working() as worker:
        job = await house.upload(wav(TALK))
        await house.model.is_in()
        await house.storage.database.row(
            "UPDATE jobs SET worker = 'other', attempts = 2 WHERE id = $1 RETURNING id", job.id
        )
        await until(lambda: not worker.running)
        house.model.release()
    assert (await house.job(job)).status is Status.PROCESSING
    assert await house.texts(job) == []


@pytest.mark.parametrize("fails", [1, 2])
async def test_what_may_pass_is_tried_again(house: House, fails: int) -> None:
    left = iter(range(fails))
    house.model.fails = lambda _: next(left, None) is not None
    async with house.working(replace(QUICK, look=0.1)):
        job = await house.upload(wav("..####...."))
        done = await house.ended(job)
    assert (done.status, done.attempts, done.error) == (Status.COMPLETED, fails + 1, None)
    assert len(await house.texts(job)) == 1
