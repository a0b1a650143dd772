"""Real receivers on this machine; the clock is the test's own."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from server.webhooks.post import posting
from server.webhooks.sender import Sender, sending
from server.webhooks.settings import WebhookSettings
from server.webhooks.signing import key_of, shown
from server.webhooks.telling import EVENTS, tell_session
from storage.jobs import TELLING
from storage.open import Storage
from storage.records import Delivery, State, Webhook
from tests.server.webhooks.receiver import WAIT, Receiver, hangs, receiving, says
from tests.server.webhooks.verifying import verified
from tests.storage.shared import NOON, a_session

SETTINGS = WebhookSettings(allow_private=True, timeout=10.0, concurrency=3)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def sender(storage: Storage, clock: Clock) -> AsyncIterator[Sender]:
    async with posting(SETTINGS.timeout, 2, True) as post:
        made = Sender(storage, post, SETTINGS, clock, lambda: 0.5)
        yield made
        await made.stop()


async def hook(storage: Storage, receiver: Receiver, id: str = "wh") -> None:
    url = receiver.url()
    await storage.webhooks.add(Webhook(id=id, owner="ann", url=url, events=EVENTS, created_at=NOON))


async def happen(storage: Storage, *ids: str) -> None:
    """Sessions become ready."""
    for id in ids:
        await tell_session(storage, a_session(id, state=State.READY, ready_at=NOON), NOON)


async def told(storage: Storage, webhook: str = "wh") -> list[Delivery]:
    return list((await storage.deliveries.list("ann", webhook)).deliveries)


async def turn(sender: Sender) -> int:
    async with asyncio.timeout(WAIT):
        began = await sender.take()
        await sender.idle()
    return began


async def test_an_event_arrives_signed(
    storage: Storage, receiver: Receiver, sender: Sender, clock: Clock
) -> None:
    await hook(storage, receiver)
    await happen(storage, "s1")
    clock.now += timedelta(seconds=3)
    assert await turn(sender) == 1
    (heard,) = receiver.heard
    secret = shown(key_of(storage.secret, "wh"))
    assert verified(secret, heard.headers, heard.body, clock.now)
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["webhook-id"] == heard.json["id"]
    assert heard.json["type"] == "session.ready"
    assert heard.json["data"]["session_id"] == "s1"
    (delivery,) = await told(storage)
    assert (delivery.status, delivery.delivered_at) == ("delivered", clock.now)
    assert await turn(sender) == 0


async def test_who_was_down_is_told_when_he_is_up_again(
    storage: Storage, receiver: Receiver, sender: Sender, clock: Clock
) -> None:
    await hook(storage, receiver)
    await happen(storage, "s1")
    receiver.answer = says(503)
    assert await turn(sender) == 1
    (delivery,) = await told(storage)
    assert (delivery.status, delivery.attempts) == ("waiting", 1)
    assert delivery.error == "the receiver said 503"
    assert delivery.next_at == clock.now + timedelta(seconds=TELLING.first * 0.75)
    assert await turn(sender) == 0, "not before its time"
    receiver.answer = says(200)
    clock.now = delivery.next_at
    assert await turn(sender) == 1
    first, second = receiver.heard
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    assert verified(shown(key_of(storage.secret, "wh")), second.headers, second.body, clock.now), (
        "signed anew, so the receiver does not take it for an old one"
    )
    (delivery,) = await told(storage)
    assert (delivery.status, delivery.error) == ("delivered", None)


async def test_after_the_last_attempt_it_is_dead_and_can_be_replayed(
    storage: Storage, receiver: Receiver, sender: Sender, clock: Clock
) -> None:
    await hook(storage, receiver)
    await happen(storage, "s1")
    receiver.answer = says(500)
    while await turn(sender):
        clock.now += timedelta(seconds=TELLING.longest)
    assert len(receiver.heard) == TELLING.attempts
    (dead,) = await told(storage)
    assert (dead.status, dead.next_at) == ("dead", None)
    receiver.answer = says(200)
    replayed = await storage.deliveries.replay("ann", "wh", dead.id, clock.now)
    assert (replayed.status, replayed.attempts) == ("waiting", 0)
    assert await turn(sender) == 1
    assert [each.status for each in await told(storage)] == ["delivered"]


async def test_a_slow_receiver_holds_up_nobody_else(
    storage: Storage, receiver: Receiver, clock: Clock
) -> None:
    forever = asyncio.Event()
    async with receiving() as slow:
        slow.answer = hangs(forever)
        await hook(storage, slow, "slow")
        await happen(storage, *(f"early{number}" for number in range(20)))
        await hook(storage, receiver)
        await happen(storage, *(f"s{number}" for number in range(5)))
        async with sending(storage, SETTINGS, clock):
            await slow.has(1)
            await receiver.has(5)
            assert len(slow.heard) == 1, "one at a time for each"
        forever.set()


async def test_no_more_are_under_way_than_may_be(storage: Storage, sender: Sender) -> None:
    forever = asyncio.Event()
    async with receiving() as slow:
        slow.answer = hangs(forever)
        for number in range(5):
            await hook(storage, slow, f"wh{number}")
        await happen(storage, "s1")
        assert await sender.take() == SETTINGS.concurrency
        assert await sender.take() == 0
        await slow.has(SETTINGS.concurrency)
        forever.set()
        await sender.idle()
        assert await turn(sender) == 5 - SETTINGS.concurrency


async def test_what_a_killed_sender_had_is_sent_by_another(
    storage: Storage, receiver: Receiver, sender: Sender, clock: Clock
) -> None:
    await hook(storage, receiver)
    await happen(storage, "s1")
    forever = asyncio.Event()
    receiver.answer = hangs(forever)
    assert await sender.take() == 1
    await receiver.has(1)
    await sender.stop()
    receiver.answer = says(200)
    assert await turn(sender) == 0, "its time is not over"
    clock.now += timedelta(minutes=1)
    assert await turn(sender) == 1
    assert receiver.heard[0].headers["webhook-id"] == receiver.heard[1].headers["webhook-id"]
    forever.set()


async def test_two_senders_send_each_event_once(
    storage: Storage, receiver: Receiver, clock: Clock
) -> None:
    await hook(storage, receiver)
    await happen(storage, *(f"s{number}" for number in range(10)))
    async with sending(storage, SETTINGS, clock), sending(storage, SETTINGS, clock):
        await receiver.has(10)
    assert len({it.headers["webhook-id"] for it in receiver.heard}) == 10


async def test_it_runs_by_itself_and_ends_with_its_owner(
    storage: Storage, receiver: Receiver
) -> None:
    await hook(storage, receiver)
    async with sending(storage, SETTINGS):
        await happen(storage, "s1")
        await receiver.has(1)
        forever = asyncio.Event()
        receiver.answer = hangs(forever)
        await happen(storage, "s2")
        await receiver.has(2)
    forever.set()
