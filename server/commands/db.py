"""`captionflow db`: the tables' revisions, on the database that `serve` would use."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import click

from server.commands import options
from storage import migrate
from storage.errors import StorageError
from storage.open import database_address


@click.group()
def db() -> None:
    """The tables of the database. The embedded one is started for it, so stop the server first."""


@db.command()
@click.argument("revision", default="head")
@options.configured
def upgrade(revision: str, data_dir: Path | None, config: Path | None) -> None:
    """Bring the tables to REVISION, or to the newest."""
    click.echo(_on(data_dir, config, lambda address: _moved(migrate.upgrade, address, revision)))


@db.command()
@click.argument("revision")
@options.configured
def downgrade(revision: str, data_dir: Path | None, config: Path | None) -> None:
    """Take back what came after REVISION; "base" removes all tables and what is in them."""
    click.echo(_on(data_dir, config, lambda address: _moved(migrate.downgrade, address, revision)))


@db.command()
@options.configured
def current(data_dir: Path | None, config: Path | None) -> None:
    """The revision that the database is at."""
    click.echo(_on(data_dir, config, _current))


@db.command()
def history() -> None:
    """All revisions, oldest first."""
    for revision in migrate.history():
        click.echo(f"{revision.id}  {revision.subject}")


async def _moved(move: Callable[[str, str], Awaitable[None]], address: str, revision: str) -> str:
    await move(address, revision)
    return await _current(address)


async def _current(address: str) -> str:
    return await migrate.current(address) or "no tables"


def _on(data_dir: Path | None, config: Path | None, ask: Callable[[str], Awaitable[str]]) -> str:
    async def asked() -> str:
        async with database_address(settings.storage) as address:
            return await ask(address)

    settings = options.settings(config, storage={"data_dir": data_dir})
    try:
        return asyncio.run(asked())
    except (StorageError, OSError) as error:
        raise click.ClickException(str(error)) from None
