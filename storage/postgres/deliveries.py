"""What webhooks are still to be told, in Postgres. Telling them is not done here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from storage import cursors
from storage.database import Database, queries
from storage.errors import Missing
from storage.jobs import TELLING, after_failure
from storage.postgres.rows import comparable, record, records
from storage.records import Delivery, DeliveryPage, Status, Telling

SQL = queries("deliveries")


class PostgresDeliveries:
    """The port `Deliveries`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def enqueue(
        self, id: str, owner: str, event: str, body: dict[str, Any], now: datetime
    ) -> int:
        rows = await self._database.rows(SQL["enqueue"], id, owner, event, body, now)
        return len(rows)

    async def claim(
        self, now: datetime, until: datetime, limit: int, but: Sequence[str] = ()
    ) -> Sequence[Delivery]:
        rows = await self._database.rows(SQL["claim"], now, until, limit, list(but))
        return records(rows, Delivery)

    async def done(self, id: str, now: datetime) -> None:
        await self._database.row(SQL["done"], id, now)

    async def failed(self, delivery: Delivery, error: str, now: datetime, jitter: float) -> bool:
        status, at = after_failure(TELLING, delivery.attempts, True, now, jitter)
        dead = status is Status.DEAD
        told = error if comparable(error) else ascii(error)
        await self._database.row(SQL["failed"], delivery.id, delivery.attempts, told, dead, at)
        return not dead

    async def list(
        self,
        owner: str,
        webhook: str,
        limit: int = 50,
        cursor: str | None = None,
        *,
        status: Telling | None = None,
    ) -> DeliveryPage:
        place = cursors.place(cursor) if cursor is not None else ()
        if not comparable(webhook):
            return DeliveryPage((), None)
        query = SQL["next_page"] if place else SQL["first_page"]
        rows = await self._database.rows(query, owner, webhook, limit + 1, status, *place)
        found = records(rows[:limit], Delivery)
        return DeliveryPage(found, cursors.after(found[-1]) if len(rows) > limit else None)

    async def replay(self, owner: str, webhook: str, id: str, now: datetime) -> Delivery:
        known = comparable(webhook, id)
        row = await self._database.row(SQL["replay"], owner, webhook, id, now) if known else None
        if row is None:
            raise Missing(f"no delivery {id}")
        return record(row, Delivery)
