"""The contract of the port `Jobs`, held against Postgres."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from storage.errors import BadCursor, Conflict, Missing, Taken
from storage.lifecycle import IllegalMove
from storage.ports import Jobs, Sessions, Work
from storage.records import Job, State, Status
from tests.storage.shared import NOON, a_job, a_session, an_upload

LATER = NOON + timedelta(seconds=10)


async def test_a_job_comes_back_as_it_was_with_its_session(jobs: Jobs, sessions: Sessions) -> None:
    job = a_job(kind="finalize", queue="large", idempotency_key="k 1", digest="d")
    job = replace(job, options={"model": "large-v3", "language": None})
    assert await jobs.enqueue(an_upload(), job) == job
    assert await jobs.get("ann", "j1") == job
    assert await jobs.keyed("ann", "k 1") == job
    assert await jobs.of_session("s1") == (job,)
    assert await sessions.get("ann", "s1") == an_upload()


async def test_a_session_that_is_there_is_moved(jobs: Jobs, sessions: Sessions) -> None:
    await sessions.create(an_upload(state=State.AWAITING_UPLOAD))
    await jobs.enqueue(an_upload(), a_job())
    found = await sessions.get("ann", "s1")
    assert found is not None
    assert found.state is State.QUEUED


async def test_job_and_session_are_kept_both_or_none(jobs: Jobs, sessions: Sessions) -> None:
    await sessions.create(a_session("open"))
    with pytest.raises(IllegalMove):
        await jobs.enqueue(a_session("open", state=State.READY), a_job(session="open"))
    assert await jobs.get("ann", "j1") is None
    await jobs.enqueue(an_upload(), a_job())
    with pytest.raises(Taken, match="job j1"):
        await jobs.enqueue(an_upload("s2"), a_job(session="s2"))
    assert await sessions.get("ann", "s2") is None
    with pytest.raises(Taken, match="session s1"):
        await jobs.enqueue(an_upload(owner="bob"), a_job("j2", owner="bob"))


async def test_the_same_key_is_the_same_job(jobs: Jobs, sessions: Sessions) -> None:
    keyed = {"idempotency_key": "k", "digest": "d"}
    asked = [
        jobs.enqueue(an_upload(f"s{n}"), a_job(f"j{n}", session=f"s{n}", **keyed)) for n in range(6)
    ]
    assert len({job.id for job in await asyncio.gather(*asked)}) == 1
    assert len((await sessions.list("ann")).sessions) == 1
    other = {**keyed, "digest": "e"}
    with pytest.raises(Conflict, match="idempotency key"):
        await jobs.enqueue(an_upload("s9"), a_job("j9", session="s9", **other))
    await jobs.enqueue(
        an_upload("bobs", owner="bob"), a_job("bobs", owner="bob", session="bobs", **other)
    )


@pytest.mark.parametrize("id", ["j1", "missing", "", "a\0b"])
async def test_a_foreign_job_looks_like_a_missing_one(jobs: Jobs, id: str) -> None:
    await jobs.enqueue(an_upload(), a_job())
    assert await jobs.get("bob", id) is None
    assert [job async for job in jobs.events("bob", id)] == []
    for change in (jobs.cancel, jobs.replay):
        with pytest.raises(Missing):
            await change("bob", id, NOON)


async def test_a_list_is_the_owners_newest_first_page_by_page(jobs: Jobs) -> None:
    for number, age in enumerate([0, 1, 1, 2]):
        job = a_job(f"j{number}", created_at=NOON - timedelta(seconds=age))
        await jobs.enqueue(an_upload(), job)
    await jobs.enqueue(an_upload("b", owner="bob"), a_job("b", owner="bob", session="b"))
    await jobs.cancel("ann", "j2", NOON)
    first = await jobs.list("ann", limit=2)
    second = await jobs.list("ann", 2, first.cursor)
    assert [job.id for job in first.jobs + second.jobs] == ["j0", "j2", "j1", "j3"]
    assert second.cursor is None
    one = await jobs.list("ann", 2, status=Status.QUEUED)
    two = await jobs.list("ann", 2, one.cursor, status=Status.QUEUED)
    assert [job.id for job in one.jobs + two.jobs] == ["j0", "j1", "j3"]
    with pytest.raises(BadCursor):
        await jobs.list("ann", cursor="x")


async def test_owners_take_turns_and_nobody_is_passed_for_ever(jobs: Jobs, work: Work) -> None:
    for number in range(3):
        await jobs.enqueue(an_upload(), a_job(f"a{number}"))
    await jobs.enqueue(an_upload("b", owner="bob"), a_job("b0", owner="bob", session="b"))
    assert [await jobs.position(id) for id in ("a0", "b0", "a1", "a2")] == [0, 1, 2, 3]
    done = [await claimed(work) for _ in range(2)]
    for number in (1, 2):  # bob asks for more each time: he is not before a1 again and again
        job = a_job(f"b{number}", owner="bob", session="b")
        await jobs.enqueue(an_upload("b", owner="bob"), job)
    done += [await claimed(work) for _ in range(4)]
    assert done == ["a0", "b0", "a1", "b1", "a2", "b2"]


async def claimed(work: Work) -> str:
    job = await work.claim(["small"], "w", NOON)
    assert job is not None
    return job.id


async def test_a_place_is_counted_in_its_own_queue(jobs: Jobs, work: Work) -> None:
    for id, queue in (("s", "small"), ("l", "large"), ("s2", "small")):
        await jobs.enqueue(an_upload(), a_job(id, queue=queue))
    assert [await jobs.position(id) for id in ("s", "l", "s2", "x")] == [0, 0, 1, None]
    assert await jobs.waiting() == {"small": 2, "medium": 0, "large": 1}
    assert await jobs.waiting("ann") == await jobs.waiting()
    assert await jobs.waiting("bob") == {"small": 0, "medium": 0, "large": 0}
    assert await claimed(work) == "s"
    assert [await jobs.position(id) for id in ("s", "s2")] == [None, 0]


async def test_how_long_jobs_of_a_queue_took_lately(jobs: Jobs, work: Work) -> None:
    assert await jobs.pace("small") is None
    for number, seconds in enumerate([1000] + [10, 30] * 10):
        id = f"j{number}"
        await jobs.enqueue(an_upload(f"s{number}"), a_job(id, session=f"s{number}"))
        begun = NOON + timedelta(hours=number)
        job = await work.claim(["small"], "w", begun)
        assert job is not None
        assert await work.finish(job, "w", begun + timedelta(seconds=seconds))
    assert await jobs.pace("small") == 20.0
    assert await jobs.pace("large") is None


async def test_a_waiting_job_is_cancelled_once(jobs: Jobs, work: Work) -> None:
    await jobs.enqueue(an_upload(), a_job())
    first = await jobs.cancel("ann", "j1", LATER)
    assert (first.status, first.finished_at, first.version) == (Status.CANCELLED, LATER, 2)
    assert await jobs.cancel("ann", "j1", NOON) == first
    assert await work.claim(["small"], "w", NOON) is None
    with pytest.raises(Conflict, match="cancelled cannot become queued"):
        await jobs.replay("ann", "j1", NOON)


async def dead(jobs: Jobs, work: Work) -> Job:
    await jobs.enqueue(an_upload(), a_job())
    now = NOON
    while job := await work.claim(["small"], "w", now):
        after = await work.fail(job, "w", {"code": "x"}, retry=True, now=now, jitter=0.0)
        now += timedelta(hours=1)
    assert after is not None
    return after


async def test_a_dead_job_is_replayed_from_the_start(jobs: Jobs, work: Work) -> None:
    assert (await dead(jobs, work)).status is Status.DEAD
    again = await jobs.replay("ann", "j1", LATER)
    assert again == a_job(version=again.version)
    assert await jobs.replay("ann", "j1", LATER) == again
    assert await work.claim(["small"], "w", NOON) is None
    job = await work.claim(["small"], "w", LATER)
    assert job is not None
    assert job.attempts == 1


async def test_events_are_every_change_until_the_end(jobs: Jobs, work: Work) -> None:
    await jobs.enqueue(an_upload(), a_job())
    seen: list[tuple[int, str]] = []
    async with asyncio.timeout(4):  # sooner than a look that nobody asked for
        async for event in jobs.events("ann", "j1"):
            seen.append((event.version, event.stage))
            match event.status, event.stage:
                case Status.QUEUED, _:
                    job = await work.claim(["small"], "w", NOON)
                    assert job is not None
                case _, "starting":
                    assert await work.progress(job, "w", "decode", 0.5, NOON)
                case _, "decode":
                    assert await work.finish(job, "w", LATER)
    assert seen == [(1, "queued"), (2, "starting"), (3, "decode"), (4, "completed")]
    assert [it.version async for it in jobs.events("ann", "j1", after=3)] == [4]
    assert [it.version async for it in jobs.events("ann", "j1", after=4)] == []
