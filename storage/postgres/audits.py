"""What is audited, in Postgres: rows that nobody changes."""

from collections.abc import Sequence

from storage.database import Database, queries
from storage.postgres.rows import comparable, records
from storage.records import Audit

SQL = queries("audits")


class PostgresAudits:
    """The port `Audits`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, entry: Audit) -> None:
        await self._database.row(SQL["add"], entry)

    async def of(self, session: str) -> Sequence[Audit]:
        if not comparable(session):
            return ()
        return records(await self._database.rows(SQL["of"], session), Audit)
