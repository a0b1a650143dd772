"""Brings the tables to a revision and back. What the tables are is in `migrations/versions`.

Nothing is printed: what there is to say is returned, or logged by Alembic. That and SQLAlchemy
are imported only where there is something to do: they take longer than all else at a start.
"""

import asyncio
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import asyncpg
from msgspec import Struct

from storage.errors import StorageError

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST = "0002"  # the last of `history`
TIMEOUT = 60.0  # seconds for another node that migrates just now, and for a table that is in use

_alembic = threading.Lock()  # Alembic keeps what it is doing in globals: once in a process


class Revision(Struct, frozen=True):
    """One step of the tables' history; `before` is None for the first."""

    id: str
    before: str | None
    subject: str


class NoWay(StorageError):
    """There is no such revision, or no way to it from where the database is."""


async def upgrade(dsn: str, revision: str = "head") -> None:
    """Runs what is missing up to `revision`, once, however many nodes ask at a time.

    Raises NoWay. A migration that fails leaves the tables as they were before it.
    """
    if revision == "head" and await current(dsn) == NEWEST:
        return
    await asyncio.to_thread(_run, "upgrade", dsn, revision)


async def downgrade(dsn: str, revision: str) -> None:
    """Takes back what came after `revision`; "base" empties the database. Raises NoWay."""
    await asyncio.to_thread(_run, "downgrade", dsn, revision)


async def current(dsn: str) -> str | None:
    """The revision that the database is at; None before the first."""
    connection = await asyncpg.connect(dsn, timeout=TIMEOUT)
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        found: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return found
    finally:
        await connection.close(timeout=TIMEOUT)


def history() -> tuple[Revision, ...]:
    """All revisions there are, oldest first."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_config()).walk_revisions()
    return tuple(
        Revision(script.revision, _one(script.down_revision), script.doc)
        for script in reversed(list(scripts))
    )


def _one(before: object) -> str | None:
    return before if isinstance(before, str) else None


def _config(dsn: str = "") -> "Config":
    from alembic.config import Config

    config = Config(attributes={"dsn": dsn, "timeout": TIMEOUT})
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


def _run(step: Literal["upgrade", "downgrade"], dsn: str, revision: str) -> None:
    from alembic import command
    from alembic.util import CommandError

    steps = {"upgrade": command.upgrade, "downgrade": command.downgrade}
    with _alembic:
        try:
            steps[step](_config(dsn), revision)
        except CommandError as error:
            raise NoWay(str(error)) from error
