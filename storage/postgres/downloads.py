"""Downloads in Postgres. A row is no leave: it has the digest of a token, not the token."""

from datetime import datetime

import asyncpg

from storage.database import Database, queries
from storage.errors import Missing
from storage.postgres.rows import comparable, record
from storage.records import Artifact, Download

SQL = queries("downloads")


class PostgresDownloads:
    """The port `Downloads`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, download: Download, now: datetime) -> None:
        if not comparable(download.session, download.artifact):
            raise Missing(f"no {download.artifact} of {download.session}")
        whose = (download.digest, download.session, download.artifact, download.expires_at)
        try:
            await self._database.row(SQL["add"], *whose, now)
        except asyncpg.ForeignKeyViolationError as error:
            raise Missing(f"no {download.artifact} of {download.session}") from error

    async def take(self, digest: str, now: datetime) -> Artifact | None:
        row = await self._database.row(SQL["take"], digest, now)
        return record(row, Artifact) if row else None
