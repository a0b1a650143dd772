"""Which rows there are, for whoever compares them with what lies elsewhere. Changes none."""

from collections.abc import Sequence

from storage.database import Database, queries
from storage.postgres.rows import comparable, records
from storage.records import Artifact, Session

SQL = queries("inventory")


class PostgresInventory:
    """The port `Inventory`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, keys: Sequence[str]) -> frozenset[str]:
        asked = [key for key in keys if comparable(key)]
        return frozenset(row["key"] for row in await self._database.rows(SQL["known"], asked))

    async def sessions(self, ids: Sequence[str]) -> Sequence[Session]:
        asked = [id for id in ids if comparable(id)]
        return records(await self._database.rows(SQL["sessions"], asked), Session)

    async def artifacts(self, limit: int, after: tuple[str, str] = ("", "")) -> Sequence[Artifact]:
        return records(await self._database.rows(SQL["artifacts"], limit, *after), Artifact)
