"""A job takes its upload along: each way that a job may go, held against Postgres."""

import asyncio

import pytest

from storage.ports import Jobs, Sessions, Work
from storage.postgres.work import LOST
from storage.records import Job, Session, State
from tests.storage.shared import NOON, a_job, a_session, an_upload

OPENED = (State.OPEN, State.DRAINING, State.FINALIZING)


async def begun(jobs: Jobs, work: Work, sessions: Sessions, state: State) -> Job:
    await jobs.enqueue(an_upload(), a_job())
    job = await work.claim(["small"], "w", NOON)
    assert job is not None
    for each in OPENED[: OPENED.index(state) + 1]:
        await sessions.move("s1", each)
    return job


async def the_session(sessions: Sessions) -> Session:
    found = await sessions.get("ann", "s1")
    assert found is not None
    return found


@pytest.mark.parametrize("state", OPENED)
async def test_what_is_given_back_or_failed_waits_again(
    jobs: Jobs, work: Work, sessions: Sessions, state: State
) -> None:
    job = await begun(jobs, work, sessions, state)
    assert await work.release(job, "w", NOON)
    assert (await the_session(sessions)).state is State.QUEUED
    job = await work.claim(["small"], "w", NOON) or job
    await sessions.move("s1", State.OPEN)
    await work.fail(job, "w", {"code": "x"}, retry=True, now=NOON, jitter=0.0)
    assert (await the_session(sessions)).state is State.QUEUED


async def test_who_has_lost_the_job_moves_nothing(
    jobs: Jobs, work: Work, sessions: Sessions
) -> None:
    job = await begun(jobs, work, sessions, State.OPEN)
    assert not await work.release(job, "v", NOON)
    assert await work.fail(job, "v", {"code": "x"}, retry=False, now=NOON, jitter=0.0) is None
    assert (await the_session(sessions)).state is State.OPEN


async def test_the_upload_of_a_lost_worker_waits_again(
    jobs: Jobs, work: Work, sessions: Sessions
) -> None:
    await begun(jobs, work, sessions, State.DRAINING)
    (reaped,) = await work.reap(NOON, NOON, lambda: 0.0)
    assert reaped.error == LOST
    assert (await the_session(sessions)).state is State.QUEUED


async def test_bad_input_fails_its_upload_with_the_reason(
    jobs: Jobs, work: Work, sessions: Sessions
) -> None:
    job = await begun(jobs, work, sessions, State.OPEN)
    error = {"code": "unreadable_audio", "message": "no audio in it"}
    await work.fail(job, "w", error, retry=False, now=NOON, jitter=0.0)
    session = await the_session(sessions)
    assert (session.state, session.error) == (State.FAILED, "no audio in it")


@pytest.mark.parametrize("running", [False, True])
async def test_a_cancelled_upload_has_failed_and_is_due(
    jobs: Jobs, work: Work, sessions: Sessions, running: bool
) -> None:
    if running:
        await begun(jobs, work, sessions, State.FINALIZING)
    else:
        await jobs.enqueue(an_upload(), a_job())
    await jobs.cancel("ann", "j1", NOON)
    session = await the_session(sessions)
    assert (session.state, session.error) == (State.FAILED, "cancelled")
    assert (session.recording_until, session.transcript_until) == (NOON, NOON)


async def test_a_replayed_upload_waits_again(jobs: Jobs, work: Work, sessions: Sessions) -> None:
    await begun(jobs, work, sessions, State.OPEN)
    for _ in range(5):
        await work.reap(NOON, NOON, lambda: 0.0)
        later = NOON.replace(year=2027)
        await work.claim(["small"], "w", later)
        await work.reap(later, NOON, lambda: 0.0)
    session = await the_session(sessions)
    assert (session.state, session.error) == (State.FAILED, LOST["message"])
    await jobs.replay("ann", "j1", NOON)
    session = await the_session(sessions)
    assert (session.state, session.error) == (State.QUEUED, None)


async def test_a_ready_session_that_is_heard_again_stays_ready(
    jobs: Jobs, work: Work, sessions: Sessions
) -> None:
    await sessions.create(a_session())
    for state in (State.DRAINING, State.FINALIZING, State.READY):
        await sessions.move("s1", state)
    ready = await the_session(sessions)
    await jobs.enqueue(ready, a_job())
    job = await work.claim(["small"], "w", NOON)
    assert job is not None
    assert await work.release(job, "w", NOON)
    await jobs.cancel("ann", "j1", NOON)
    assert await the_session(sessions) == ready


async def test_an_end_and_a_cancellation_at_once_do_not_wait_for_each_other(
    jobs: Jobs, work: Work, sessions: Sessions
) -> None:
    """Whoever comes second is told so; nothing is in between."""
    for number in range(20):
        id = f"s{number}"
        await jobs.enqueue(an_upload(id), a_job(f"j{number}", session=id))
        job = await work.claim(["small"], "w", NOON)
        assert job is not None
        failed, cancelled = await asyncio.gather(
            work.fail(job, "w", {"code": "x"}, retry=False, now=NOON, jitter=0.0),
            jobs.cancel("ann", job.id, NOON),
            return_exceptions=True,
        )
        session = await sessions.get("ann", id)
        assert session is not None
        assert session.state is State.FAILED
        assert session.error == ("cancelled" if failed is None else "x")
        assert isinstance(cancelled, Exception) is (failed is not None)
