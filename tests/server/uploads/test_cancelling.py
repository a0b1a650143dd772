from datetime import UTC, datetime

import pytest

from server.parts import OWNER
from server.uploads.cancelling import cancel
from server.webhooks.telling import EVENTS
from storage.errors import Conflict, Missing
from storage.records import State, Status, Webhook
from tests.server.shared import Running
from tests.server.uploads.shared import claimed, storage_of, take


async def test_the_job_its_session_and_whoever_wants_to_know(server: Running) -> None:
    storage, now = storage_of(server), datetime.now(UTC)
    url = "http://127.0.0.1:1/"
    hook = Webhook(id="w1", owner=OWNER, url=url, events=EVENTS, created_at=now)
    await storage.webhooks.add(hook)
    told = (await take(server)).json()
    for _ in range(2):
        job = await cancel(storage, OWNER, told["job_id"], now)
        assert job.status is Status.CANCELLED
    session = await storage.sessions.get(OWNER, told["session_id"])
    assert session is not None
    assert (session.state, session.error) == (State.FAILED, "cancelled")
    page = await storage.deliveries.list(OWNER, "w1")
    assert sorted(each.event for each in page.deliveries) == ["job.cancelled", "session.failed"]


async def test_one_that_runs_is_not_its_workers_any_more(server: Running) -> None:
    storage, now = storage_of(server), datetime.now(UTC)
    await take(server)
    job = await claimed(server)
    await cancel(storage, OWNER, job.id, now)
    assert not await storage.work.finish(job, "w", now)


async def test_one_that_is_over_stays_so(server: Running) -> None:
    storage, now = storage_of(server), datetime.now(UTC)
    await take(server)
    job = await claimed(server)
    await storage.work.finish(job, "w", now)
    with pytest.raises(Conflict):
        await cancel(storage, OWNER, job.id, now)
    with pytest.raises(Missing):
        await cancel(storage, "somebody", job.id, now)
