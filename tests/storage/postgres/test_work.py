"""The contract of the port `Work`, held against Postgres."""

import asyncio
from datetime import timedelta
from time import perf_counter

import pytest

from storage.jobs import WORK
from storage.ports import Changes, Jobs, Work
from storage.postgres.work import LOST
from storage.records import Job, Status
from tests.storage.shared import NOON, a_job, an_upload, connection

LATER = NOON + timedelta(seconds=10)


async def begun(jobs: Jobs, work: Work, worker: str = "w") -> Job:
    await jobs.enqueue(an_upload(), a_job())
    job = await work.claim(["small"], worker, NOON)
    assert job is not None
    return job


async def test_a_claimed_job_is_begun(jobs: Jobs, work: Work) -> None:
    job = await begun(jobs, work)
    assert job == a_job(
        status=Status.PROCESSING, stage="starting", attempts=1, started_at=NOON, version=2
    )
    assert await work.claim(["small"], "v", NOON) is None


async def test_queues_are_looked_at_in_the_order_asked_for(jobs: Jobs, work: Work) -> None:
    for queue in ("small", "medium", "large"):
        await jobs.enqueue(an_upload(), a_job(queue, queue=queue))
    assert await work.claim([], "w", NOON) is None
    claimed = [await work.claim(["large", "small"], "w", NOON) for _ in range(3)]
    assert [job and job.id for job in claimed] == ["large", "small", None]


async def test_many_workers_get_each_job_once(jobs: Jobs, work: Work) -> None:
    for number in range(20):
        await jobs.enqueue(an_upload(), a_job(f"j{number}"))
    claims = [work.claim(["small"], f"w{number}", NOON) for number in range(30)]
    found = [job.id for job in await asyncio.gather(*claims) if job]
    assert sorted(found) == sorted(f"j{number}" for number in range(20))


async def test_a_job_that_is_finished_stays_so(jobs: Jobs, work: Work) -> None:
    job = await begun(jobs, work)
    assert await work.progress(job, "w", "decode", 0.1, NOON)
    assert await work.finish(job, "w", LATER)
    found = await jobs.get("ann", "j1")
    assert found is not None
    assert (found.status, found.progress, found.finished_at) == (Status.COMPLETED, 1.0, LATER)
    assert not await work.finish(job, "w", LATER)
    assert await work.fail(job, "w", {}, retry=True, now=NOON, jitter=0.0) is None


async def test_a_cancelled_job_is_not_its_workers_any_more(jobs: Jobs, work: Work) -> None:
    job = await begun(jobs, work)
    assert await work.heartbeat("w", ["j1", "x"], NOON) == {"j1"}
    await jobs.cancel("ann", "j1", NOON)
    assert await work.heartbeat("w", ["j1"], NOON) == frozenset()
    assert not await work.progress(job, "w", "decode", 0.5, NOON)
    assert not await work.finish(job, "w", NOON)
    assert not await work.release(job, "w", NOON)


async def test_a_worker_hears_of_a_cancelled_job_at_once(
    jobs: Jobs, work: Work, changes: Changes
) -> None:
    await begun(jobs, work)
    with changes.watching(lambda it: it.status is Status.CANCELLED and it.id == "j1") as watch:
        await jobs.cancel("ann", "j1", NOON)
        assert await watch.wait(2)


async def test_a_failure_waits_and_is_tried_again(jobs: Jobs, work: Work) -> None:
    job = await begun(jobs, work)
    error = {"code": "store_away", "message": "later"}
    failed = await work.fail(job, "w", error, retry=True, now=NOON, jitter=0.0)
    assert failed is not None
    assert (failed.status, failed.error, failed.attempts) == (Status.QUEUED, error, 1)
    assert await work.claim(["small"], "w", NOON + timedelta(seconds=0.9)) is None
    again = await work.claim(["small"], "w", NOON + timedelta(seconds=1))
    assert again is not None
    assert (again.attempts, again.error) == (2, error)
    assert await work.finish(again, "w", LATER)
    found = await jobs.get("ann", "j1")
    assert found is not None
    assert found.error is None


async def test_bad_input_is_not_tried_again(jobs: Jobs, work: Work) -> None:
    job = await begun(jobs, work)
    failed = await work.fail(job, "w", {"code": "bad"}, retry=False, now=LATER, jitter=0.0)
    assert failed is not None
    assert (failed.status, failed.finished_at) == (Status.FAILED, LATER)


async def test_a_job_that_is_given_back_has_not_been_tried(jobs: Jobs, work: Work) -> None:
    job = await begun(jobs, work)
    assert await work.release(job, "w", NOON)
    again = await work.claim(["small"], "v", NOON)
    assert again is not None
    assert again.attempts == 1
    assert not await work.finish(job, "w", NOON)
    assert await work.finish(again, "v", NOON)


async def test_the_job_of_a_lost_worker_is_anothers(jobs: Jobs, work: Work) -> None:
    job = await begun(jobs, work)
    early = NOON - timedelta(seconds=1)
    assert await work.reap(early, NOON, lambda: 0.0) == ()
    (reaped,) = await work.reap(NOON, NOON, lambda: 0.0)
    assert (reaped.status, reaped.error) == (Status.QUEUED, LOST)
    again = await work.claim(["small"], "v", LATER)
    assert again is not None
    assert not await work.finish(job, "w", LATER), "the lost worker comes back too late"
    assert await work.finish(again, "v", LATER)


async def test_an_earlier_attempt_of_the_same_worker_does_not_count(jobs: Jobs, work: Work) -> None:
    job = await begun(jobs, work)
    await work.reap(NOON, NOON, lambda: 0.0)
    again = await work.claim(["small"], "w", LATER)
    assert again is not None
    assert not await work.finish(job, "w", LATER)
    assert await work.finish(again, "w", LATER)


async def test_a_job_that_kills_its_workers_dies_too(jobs: Jobs, work: Work) -> None:
    await jobs.enqueue(an_upload(), a_job())
    now, claims = NOON, 0
    while await work.claim(["small"], "w", now):
        claims += 1
        await work.reap(now, now, lambda: 1.0)
        now += timedelta(hours=1)
    found = await jobs.get("ann", "j1")
    assert found is not None
    assert (found.status, claims) == (Status.DEAD, WORK.attempts)


async def test_two_who_reap_do_it_once(jobs: Jobs, work: Work) -> None:
    await begun(jobs, work)
    found = await asyncio.gather(*(work.reap(NOON, NOON, lambda: 0.0) for _ in range(4)))
    assert sorted(map(len, found)) == [0, 0, 0, 1]


async def test_a_worker_hears_of_new_jobs(jobs: Jobs, changes: Changes) -> None:
    with changes.watching(lambda it: it.queue == "small" and it.status is Status.QUEUED) as watch:
        await jobs.enqueue(an_upload(), a_job("l", queue="large"))
        await jobs.enqueue(an_upload(), a_job())
        assert await watch.wait(5)
        assert not watch.woken.is_set()


MANY = """
INSERT INTO jobs (id, owner, session, kind, queue, status, created_at, turn, run_at)
SELECT 'm' || n, 'o' || n % 100, 's1', 'transcribe', 'small', 'queued', $1::timestamptz, n / 100,
    $1::timestamptz FROM generate_series(1, 10000) AS n
"""


@pytest.mark.slow
async def test_ten_thousand_waiting_jobs_are_claimed_quickly(
    jobs: Jobs, work: Work, database_url: str
) -> None:
    await jobs.enqueue(an_upload(), a_job())
    async with connection(database_url) as opened:
        await opened.execute(MANY, NOON)
    times = []
    for _ in range(300):
        began = perf_counter()
        job = await work.claim(["large", "small"], "w", NOON)
        times.append(perf_counter() - began)
        assert job is not None
        assert await work.finish(job, "w", NOON)
    times.sort()
    assert times[285] < 0.05
    assert await jobs.position("m10000") == 9700
