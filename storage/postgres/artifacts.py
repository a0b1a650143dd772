"""Artifacts in Postgres."""

from collections.abc import Sequence

import asyncpg

from storage.database import Database, queries
from storage.errors import Missing
from storage.postgres.rows import records
from storage.records import Artifact

SQL = queries("artifacts")


class PostgresArtifacts:
    """The port `Artifacts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, artifact: Artifact) -> None:
        try:
            await self._database.row(SQL["put"], artifact)
        except asyncpg.ForeignKeyViolationError as error:
            raise Missing(f"no session {artifact.session}") from error

    async def list(self, session: str) -> Sequence[Artifact]:
        return records(await self._database.rows(SQL["list"], session), Artifact)
