import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from storage.database import connected
from storage.embedded import running
from storage.migrate import upgrade
from storage.postgres.jobs import PostgresJobs
from storage.postgres.listener import Listener, listening
from storage.records import Status
from tests.storage.shared import NOON, QUICK, a_job, an_upload


async def test_only_what_is_wanted_wakes(jobs: PostgresJobs, changes: Listener) -> None:
    with (
        changes.watching(lambda it: it.id == "j1") as one,
        changes.watching(lambda it: it.id == "j2") as two,
    ):
        await jobs.enqueue(an_upload(), a_job("j1"))
        assert await one.wait(10)
        assert not two.woken.is_set()
        assert not await one.wait(0.01)


async def test_what_happened_before_the_wait_is_not_missed(
    jobs: PostgresJobs, changes: Listener
) -> None:
    heard = []
    with (
        changes.watching(lambda it: bool(heard.append(it)) or True) as watch,
        changes.watching(lambda it: it.version == 2) as last,
    ):
        await jobs.enqueue(an_upload(), a_job())
        await jobs.cancel("ann", "j1", NOON)
        assert await last.wait(10)
        assert await watch.wait(0)
    assert [(it.id, it.version, it.status, it.queue) for it in heard] == [
        ("j1", 1, Status.QUEUED, "small"),
        ("j1", 2, Status.CANCELLED, "small"),
    ]


async def test_who_waits_is_woken_when_the_database_is_back(folder: Path) -> None:
    async with AsyncExitStack() as stack:
        async with running(folder, QUICK) as address:
            await upgrade(address)
            listener = await stack.enter_async_context(listening(address, timeout=5))
            watch = stack.enter_context(listener.watching(lambda it: it.id == "j1"))
            assert await watch.wait(20)
        assert not watch.woken.is_set()
        async with running(folder, QUICK) as address:
            assert await watch.wait(20)
            database = await stack.enter_async_context(connected(address, 2, timeout=10))
            jobs = PostgresJobs(database, listener)
            await jobs.enqueue(an_upload(), a_job())
            assert await watch.wait(10)
        watch.woken.clear()


async def test_events_survive_a_database_that_goes_away(folder: Path) -> None:
    async with AsyncExitStack() as stack:
        async with running(folder, QUICK) as address:
            await upgrade(address)
            listener = await stack.enter_async_context(listening(address, timeout=5))
            database = await stack.enter_async_context(connected(address, 2, timeout=10))
            jobs = PostgresJobs(database, listener)
            await jobs.enqueue(an_upload(), a_job())
            first = await anext(jobs.events("ann", "j1"))
        async with running(folder, QUICK):
            await jobs.cancel("ann", "j1", NOON)
            async with asyncio.timeout(20):
                rest = [it.version async for it in jobs.events("ann", "j1", first.version)]
        assert rest == [2]
