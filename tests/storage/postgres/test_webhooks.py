"""The contract of the port `Webhooks`, held against Postgres."""

import pytest

from storage.database import Database
from storage.errors import Taken
from storage.ports import Webhooks
from storage.postgres.webhooks import PostgresWebhooks
from storage.records import Webhook
from tests.storage.shared import NOON


@pytest.fixture
def webhooks(database: Database) -> Webhooks:
    return PostgresWebhooks(database)


def a_webhook(id: str, owner: str = "ann") -> Webhook:
    url = "https://hooks.example/a?b=c"
    events = ("session.ready", "job.failed")
    return Webhook(id=id, owner=owner, url=url, events=events, created_at=NOON)


async def test_webhooks_come_back_as_they_were(webhooks: Webhooks) -> None:
    for webhook in (a_webhook("b"), a_webhook("a"), a_webhook("c", owner="bob")):
        await webhooks.add(webhook)
    assert await webhooks.list("ann") == (a_webhook("a"), a_webhook("b"))
    with pytest.raises(Taken):
        await webhooks.add(a_webhook("a", owner="bob"))


async def test_a_webhook_is_removed_by_its_owner(webhooks: Webhooks) -> None:
    await webhooks.add(a_webhook("a"))
    removed = [await webhooks.remove(*it) for it in (("bob", "a"), ("ann", "a"), ("ann", "a"))]
    assert removed == [False, True, False]
    assert not await webhooks.remove("ann", "a\0b")
    assert await webhooks.list("ann") == ()
