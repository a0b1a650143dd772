"""How Alembic reaches the database. Run by Alembic, not imported; SQLAlchemy appears only here."""

import asyncio

import asyncpg
from alembic import context
from sqlalchemy import Connection, NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

LOCK = 0x6361707466  # one number that all nodes agree on, and that nothing else in Postgres uses


async def connect() -> asyncpg.Connection:
    """By the driver's own reading of the address, so that both paths understand the same ones."""
    dsn, timeout = context.config.attributes["dsn"], context.config.attributes["timeout"]
    return await asyncpg.connect(
        dsn, timeout=timeout, server_settings={"lock_timeout": str(round(timeout * 1000))}
    )


def run(connection: Connection) -> None:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        # Held by the connection, not by a transaction: two nodes that start together take turns,
        # and a migration may still commit in between.
        await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
        await connection.commit()
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main())
