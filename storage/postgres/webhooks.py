"""Webhooks in Postgres. Nothing secret is in their rows."""

from collections.abc import Sequence

from storage.database import Database, queries
from storage.errors import Taken
from storage.postgres.rows import comparable, records
from storage.records import Webhook

SQL = queries("webhooks")


class PostgresWebhooks:
    """The port `Webhooks`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, webhook: Webhook) -> None:
        values = (webhook.id, webhook.owner, webhook.url, list(webhook.events), webhook.created_at)
        if await self._database.row(SQL["add"], *values) is None:
            raise Taken(f"there is a webhook {webhook.id} already")

    async def list(self, owner: str) -> Sequence[Webhook]:
        return records(await self._database.rows(SQL["list"], owner), Webhook)

    async def remove(self, owner: str, id: str) -> bool:
        if not comparable(id):
            return False
        return await self._database.row(SQL["remove"], id, owner) is not None
