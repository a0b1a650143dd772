from datetime import timedelta

import pytest
import pytest_asyncio

from server.webhooks.telling import EVENTS, event_id, tell_job, tell_session
from storage.lifecycle import NEXT
from storage.open import Storage
from storage.records import Delivery, Session, State, Status, Webhook
from tests.storage.shared import NOON, a_job, a_session

LATER = NOON + timedelta(minutes=1)


@pytest_asyncio.fixture
async def told(storage: Storage) -> Storage:
    hook = Webhook(id="wh", owner="ann", url="http://a.example/", events=EVENTS, created_at=NOON)
    await storage.webhooks.add(hook)
    return storage


async def all_of(storage: Storage) -> list[Delivery]:
    return list((await storage.deliveries.list("ann", "wh")).deliveries)


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (State.READY, "session.ready"),
        (State.FAILED, "session.failed"),
        (State.EXPIRED, "session.expired"),
        (State.PURGED, "session.deleted"),
    ],
)
async def test_a_session_told_twice_is_one_event(told: Storage, state: State, event: str) -> None:
    session = a_session(state=state, ready_at=NOON, expires_at=LATER, duration=32_000)
    await tell_session(told, session, NOON)
    await tell_session(told, session, LATER)
    (delivery,) = await all_of(told)
    assert delivery.event == delivery.body["type"] == event
    assert delivery.body["created_at"] == NOON.isoformat()
    assert delivery.body["data"]["session_id"] == "s1"
    assert delivery.body["data"]["state"] == state.value
    assert delivery.id == f"{delivery.body['id']}.wh"
    assert "." not in delivery.body["id"], "the signature separates by dots"


async def test_of_an_erased_session_only_its_name_is_told(told: Storage) -> None:
    session = a_session(state=State.PURGED, ready_at=NOON, language="de", error="x")
    await tell_session(told, session, NOON)
    (delivery,) = await all_of(told)
    assert delivery.body["data"] == {"session_id": "s1", "kind": "live", "state": "purged"}


async def test_nothing_that_was_said_is_told(told: Storage) -> None:
    facts = {"options": {"hotwords": ["geheim"]}, "filename": "geheim.wav", "room": "geheim"}
    await tell_session(told, a_session(state=State.READY, **facts), NOON)
    await tell_job(told, a_job(status=Status.COMPLETED, idempotency_key="geheim"), NOON)
    assert all("geheim" not in repr(delivery.body) for delivery in await all_of(told))


async def test_ready_once_more_is_another_event(told: Storage) -> None:
    await tell_session(told, a_session(state=State.READY, ready_at=NOON), NOON)
    await tell_session(told, a_session(state=State.READY, ready_at=LATER), LATER)
    assert len(await all_of(told)) == 2


async def test_states_on_the_way_are_told_to_nobody(told: Storage) -> None:
    ends = {State.READY, State.FAILED, State.EXPIRED, State.PURGED}
    for state in set(NEXT) - ends:
        await tell_session(told, a_session(state=state), NOON)
    for status in (Status.QUEUED, Status.PROCESSING):
        await tell_job(told, a_job(status=status), NOON)
    assert await all_of(told) == []


@pytest.mark.parametrize(
    ("status", "event"),
    [
        (Status.COMPLETED, "job.completed"),
        (Status.FAILED, "job.failed"),
        (Status.DEAD, "job.dead"),
        (Status.CANCELLED, "job.cancelled"),
    ],
)
async def test_a_job_is_told_at_its_end(told: Storage, status: Status, event: str) -> None:
    error = {"code": "unreadable_audio", "message": "no audio"}
    job = a_job(status=status, error=error, started_at=NOON, attempts=2)
    await tell_job(told, job, NOON)
    await tell_job(told, job, LATER)
    (delivery,) = await all_of(told)
    assert delivery.event == event
    assert delivery.body["data"] == {
        "job_id": "j1",
        "session_id": "s1",
        "kind": "transcribe",
        "status": status.value,
        "attempts": 2,
        "error": error,
    }


async def test_a_replayed_job_may_die_twice(told: Storage) -> None:
    await tell_job(told, a_job(status=Status.DEAD, started_at=NOON), NOON)
    await tell_job(told, a_job(status=Status.DEAD, started_at=LATER), LATER)
    assert len(await all_of(told)) == 2


async def test_what_is_taken_back_is_not_told(told: Storage) -> None:
    ready: Session = a_session(state=State.READY, ready_at=NOON)
    with pytest.raises(RuntimeError):
        async with told.together() as tables:
            await tell_session(tables, ready, NOON)
            raise RuntimeError
    assert await all_of(told) == []


def test_an_id_follows_from_what_happened() -> None:
    assert event_id("session.ready", "s1", NOON) == event_id("session.ready", "s1", NOON)
    assert len({event_id("a", "bc"), event_id("ab", "c"), event_id("a", "b", "c")}) == 3
