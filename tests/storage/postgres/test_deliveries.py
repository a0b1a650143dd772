"""The contract of the port `Deliveries`, held against Postgres."""

import asyncio
from datetime import timedelta

import pytest
import pytest_asyncio

from storage.database import Database
from storage.errors import BadCursor, Missing
from storage.jobs import TELLING
from storage.ports import Deliveries, Sessions
from storage.postgres.deliveries import PostgresDeliveries
from storage.postgres.sessions import PostgresSessions
from storage.postgres.webhooks import PostgresWebhooks
from storage.records import Delivery, Webhook
from tests.storage.shared import NOON, a_session

SOON, HOUR = NOON + timedelta(seconds=30), timedelta(hours=1)
BODY = {"session": "s1", "text": "日本"}


@pytest_asyncio.fixture
async def webhooks(database: Database) -> PostgresWebhooks:
    webhooks = PostgresWebhooks(database)
    for id, owner, events in (
        ("a", "ann", ("ready", "failed")),
        ("b", "ann", ("ready",)),
        ("c", "bob", ("ready",)),
    ):
        url = f"https://{id}.example/"
        hook = Webhook(id=id, owner=owner, url=url, events=events, created_at=NOON)
        await webhooks.add(hook)
    return webhooks


@pytest.fixture
def deliveries(database: Database, webhooks: PostgresWebhooks) -> Deliveries:
    return PostgresDeliveries(database)


async def test_an_event_is_for_those_of_its_owner_who_want_it(deliveries: Deliveries) -> None:
    assert await deliveries.enqueue("e1", "ann", "ready", BODY, NOON) == 2
    assert await deliveries.enqueue("e2", "ann", "failed", BODY, NOON) == 1
    assert await deliveries.enqueue("e3", "ann", "other", BODY, NOON) == 0
    assert await deliveries.enqueue("e1", "ann", "ready", BODY, NOON) == 0, "told twice"
    due = [*await deliveries.claim(NOON, SOON, 10), *await deliveries.claim(NOON, SOON, 10)]
    assert {it.id for it in due} == {"e1.a", "e1.b", "e2.a"}
    assert next(it for it in due if it.id == "e1.b") == Delivery(
        id="e1.b",
        webhook="b",
        url="https://b.example/",
        event="ready",
        body=BODY,
        attempts=1,
        created_at=NOON,
        next_at=SOON,
    )


async def test_who_takes_a_delivery_has_it_for_a_while(deliveries: Deliveries) -> None:
    await deliveries.enqueue("e1", "ann", "ready", BODY, NOON)
    taken = [*await asyncio.gather(*(deliveries.claim(NOON, SOON, 1) for _ in range(4)))]
    taken += [await deliveries.claim(NOON, SOON, 1) for _ in range(2)]  # one may look too early
    assert sorted(it.id for some in taken for it in some) == ["e1.a", "e1.b"]
    assert await deliveries.claim(NOON, SOON, 10) == ()
    assert [it.attempts for it in await deliveries.claim(SOON, SOON + HOUR, 10)] == [2, 2]


async def test_one_of_each_webhook_at_a_time_and_none_of_some(deliveries: Deliveries) -> None:
    for number in range(3):
        at = NOON + timedelta(seconds=number)
        await deliveries.enqueue(f"e{number}", "ann", "ready", BODY, at)
    assert [it.id for it in await deliveries.claim(SOON, 2 * HOUR + NOON, 10, ["b"])] == ["e0.a"]
    due = await deliveries.claim(SOON, 2 * HOUR + NOON, 10)
    assert {it.id for it in due} == {"e1.a", "e0.b"}
    assert [it.id for it in await deliveries.claim(SOON, 2 * HOUR + NOON, 1)] == ["e1.b"]


async def test_they_are_listed_newest_first(deliveries: Deliveries) -> None:
    for number in range(5):
        at = NOON + timedelta(seconds=number)
        await deliveries.enqueue(f"e{number}", "ann", "ready", BODY, at)
    first = await deliveries.list("ann", "a", 3)
    assert [it.id for it in first.deliveries] == ["e4.a", "e3.a", "e2.a"]
    rest = await deliveries.list("ann", "a", 3, first.cursor)
    assert [it.id for it in rest.deliveries] == ["e1.a", "e0.a"]
    assert rest.cursor is None
    await deliveries.done("e1.a", SOON)
    (delivered,) = (await deliveries.list("ann", "a", status="delivered")).deliveries
    assert (delivered.id, delivered.delivered_at) == ("e1.a", SOON)
    for owner, webhook in (("bob", "a"), ("ann", "z"), ("ann", "a\0")):
        assert (await deliveries.list(owner, webhook)).deliveries == ()
    with pytest.raises(BadCursor):
        await deliveries.list("ann", "a", 3, "x")


async def test_replayed_begins_at_the_first_attempt(deliveries: Deliveries) -> None:
    await deliveries.enqueue("e1", "bob", "ready", BODY, NOON)
    (delivery,) = await deliveries.claim(NOON, SOON, 10)
    waiting = await deliveries.replay("bob", "c", "e1.c", NOON)
    assert (waiting.attempts, waiting.next_at) == (1, SOON), "it waits anyhow"
    await deliveries.done(delivery.id, SOON)
    replayed = await deliveries.replay("bob", "c", "e1.c", SOON)
    assert (replayed.status, replayed.attempts, replayed.delivered_at) == ("waiting", 0, None)
    assert len(await deliveries.claim(SOON, SOON + HOUR, 10)) == 1
    for owner, webhook, id in (("ann", "c", "e1.c"), ("bob", "a", "e1.c"), ("bob", "c", "\0")):
        with pytest.raises(Missing):
            await deliveries.replay(owner, webhook, id, NOON)


async def test_what_is_delivered_is_not_tried_again(deliveries: Deliveries) -> None:
    await deliveries.enqueue("e1", "bob", "ready", BODY, NOON)
    (delivery,) = await deliveries.claim(NOON, SOON, 10)
    await deliveries.done(delivery.id, NOON)
    await deliveries.failed(delivery, "too late to say", NOON, 0.0)
    assert await deliveries.claim(NOON + HOUR, SOON + HOUR, 10) == ()


async def test_a_failed_delivery_waits_longer_and_longer_and_dies(deliveries: Deliveries) -> None:
    await deliveries.enqueue("e1", "bob", "ready", BODY, NOON)
    now, again = NOON, []
    while due := await deliveries.claim(now, now + HOUR, 10):
        again.append(await deliveries.failed(due[0], "HTTP 503\0", now, 1.0))
        soon = now + timedelta(seconds=TELLING.first * 0.9)
        assert await deliveries.claim(soon, soon + HOUR, 10) == ()
        now += 2 * HOUR
    assert again == [True] * (TELLING.attempts - 1) + [False]


async def test_a_removed_webhook_is_told_nothing_more(
    deliveries: Deliveries, webhooks: PostgresWebhooks
) -> None:
    await deliveries.enqueue("e1", "bob", "ready", BODY, NOON)
    await webhooks.remove("bob", "c")
    assert await deliveries.claim(NOON, SOON, 10) == ()


async def test_what_did_not_happen_is_not_told(
    deliveries: Deliveries, sessions: Sessions, database: Database
) -> None:
    async def begin(fail: bool) -> None:
        async with database.together() as rows:
            await PostgresSessions(rows).create(a_session())
            await PostgresDeliveries(rows).enqueue("e1", "bob", "ready", BODY, NOON)
            if fail:
                raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        await begin(fail=True)
    assert await deliveries.claim(NOON, SOON, 10) == ()
    assert await sessions.get("ann", "s1") is None
    await begin(fail=False)
    assert len(await deliveries.claim(NOON, SOON, 10)) == 1
