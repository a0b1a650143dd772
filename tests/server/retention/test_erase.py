"""A real server, and sessions at every stage of their life."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec.structs import replace

from server.parts import OWNER
from server.retention.erase import erase
from server.retention.sweep import Sweeper
from server.settings import RetentionSettings
from server.work.settings import WorkSettings
from storage.records import Session, State, Status
from tests.server.retention.shared import audited, left, listen, objects, state, told
from tests.server.shared import Running, pcm, raw, serving, settings_for, until
from tests.storage.shared import NOON, a_job, an_upload

STEPS = ["due", "cancelled", "dropped", "objects", "journal", "rows"]
TALK = pcm("...." + "#" * 15)


class Killed(BaseException):
    """As a signal would end it: nothing of ours catches this."""


async def test_all_of_a_session_goes_and_its_audit_stays(server: Running) -> None:
    storage = server.registry.parts.storage
    await listen(storage)
    session = await left(storage)
    await storage.objects.put_bytes("ann/s1/no-row-has-this", b"x", "x/y")
    await left(storage, "s10")
    assert await erase(server.registry, session, "ann", "asked", NOON)
    assert (await objects(storage), await state(storage)) == ([], None)
    assert await storage.segments.list("s1") == ()
    (entry,) = await storage.audits.of("s1")
    assert (entry.actor, entry.action, entry.at) == ("ann", "erased", NOON)
    assert entry.facts == {"why": "asked", "objects": 4}
    assert ("session.deleted", "s1") in await told(storage)
    assert len(await objects(storage, "s10")) == 3, "another one, whose name begins the same"
    assert not await erase(server.registry, session, "ann", "asked", NOON)
    assert await audited(storage) == ["erased"]


@pytest_asyncio.fixture
async def idle(tmp_path: Path, database_url: str) -> AsyncIterator[Running]:
    """A server that leaves jobs to others."""
    settings = settings_for(tmp_path, database_url)
    async with serving(replace(settings, work=WorkSettings(embedded=False))) as running:
        yield running


async def test_a_job_is_cancelled_first(idle: Running) -> None:
    storage = idle.registry.parts.storage
    await listen(storage)
    session = an_upload("s1")
    await storage.jobs.enqueue(session, a_job("j1"))
    seen: list[Status] = []

    async def watch() -> None:
        async for job in storage.jobs.events("ann", "j1"):
            seen.append(job.status)

    watching = asyncio.create_task(watch())
    await until(lambda: bool(seen))
    assert await erase(idle.registry, session, "ann", "asked", NOON)
    await watching
    assert await storage.jobs.get("ann", "j1") is None
    assert ("job.cancelled", "s1") in await told(storage)


@pytest.mark.parametrize("step", STEPS)
async def test_killed_after_any_step_it_ends_when_asked_again(server: Running, step: str) -> None:
    storage = server.registry.parts.storage
    await listen(storage)
    session = await left(storage)

    def kill(done: str) -> None:
        if done == step:
            raise Killed

    with pytest.raises(Killed):
        await erase(server.registry, session, "ann", "asked", NOON, kill)
    await erase(server.registry, session, "ann", "asked", NOON)
    assert (await objects(storage), await state(storage)) == ([], None)
    assert (await audited(storage))[-1] == "erased"  # the server's own sweep may have begun
    assert [event for event, _ in await told(storage)].count("session.deleted") == 1


@pytest.mark.parametrize("step", STEPS[:-1])
async def test_killed_and_not_asked_again_the_sweep_ends_it(server: Running, step: str) -> None:
    storage = server.registry.parts.storage
    session = await left(storage)

    def kill(done: str) -> None:
        if done == step:
            raise Killed

    with pytest.raises(Killed):
        await erase(server.registry, session, "ann", "asked", NOON, kill)
    await Sweeper(storage, RetentionSettings(), server.registry.parts.journals).sweep(NOON)
    assert (await objects(storage), await state(storage)) == ([], State.PURGED)
    assert await storage.segments.list("s1") == ()


async def record(server: Running, id: str) -> Session:
    found = await server.registry.parts.storage.sessions.get(OWNER, id)
    assert found
    return found


async def test_a_session_that_runs_ends_at_once_and_leaves_nothing(server: Running) -> None:
    async with raw(server.url) as client:
        id = (await client.hello())["session"]
        await client.audio(0, TALK)
        await client.hear("partial")
        assert await erase(server.registry, await record(server, id), "ann", "asked", NOON)
        assert (await client.closed())[0] == 4404
    assert not server.registry.running
    assert await server.journals() == set()
    storage = server.registry.parts.storage
    assert await storage.objects.list() == []
    assert (await server.get(f"/v1/sessions/{id}")).status_code == 404


async def test_a_session_of_another_server_ends_too(tmp_path: Path, database_url: str) -> None:
    shared = {"objects_dir": tmp_path / "objects"}
    quick = {"lease": 1.2}
    here = settings_for(tmp_path / "a", database_url, storage=shared, server=quick)
    there = settings_for(tmp_path / "b", database_url, storage=shared, server=quick)
    async with serving(here) as one, serving(there) as two, raw(one.url) as client:
        id = (await client.hello())["session"]
        await client.audio(0, TALK)
        assert await erase(two.registry, await record(two, id), "ann", "asked", NOON)
        await client.closed()
        await until(lambda: not one.registry.running)
        await one.tidied()
        assert (await two.get(f"/v1/sessions/{id}")).status_code == 404
        assert await two.registry.parts.storage.objects.list() == []
