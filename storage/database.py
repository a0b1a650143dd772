"""Connections to Postgres, and the named queries. Knows no table; raises no driver's error."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

from storage.errors import Unavailable

CLOSING = 5.0  # seconds for queries under way when the server stops
PAUSE = 0.02  # seconds between two attempts to reach a database that is starting

AWAY = (
    OSError,  # TimeoutError is one
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
"""What the driver says when the fault is not in the question."""


def queries(name: str) -> dict[str, str]:
    """The queries of `queries/<name>.sql`, each under the name that its first line gives."""
    script = (Path(__file__).parent / "queries" / f"{name}.sql").read_text()
    parts = re.split(r"^-- name: (\w+)$", script, flags=re.MULTILINE)
    return dict(zip(parts[1::2], map(str.strip, parts[2::2]), strict=True))


def place(dsn: str) -> str:
    """Where a database is, without the password that its address may hold."""
    rest = dsn.partition("://")[2].partition("?")[0].rpartition("@")[2]
    return rest if rest and not rest.startswith("/") else f"the local socket{rest}"


@contextmanager
def available() -> Iterator[None]:
    """Inside, what the driver raises when the database is away becomes Unavailable."""
    try:
        yield
    except AWAY as error:
        raise Unavailable(f"the database is away: {error or type(error).__name__}") from error


class Database:
    """A pool of connections. Every call has a timeout and raises Unavailable."""

    def __init__(self, pool: asyncpg.Pool, timeout: float) -> None:
        self._pool = pool
        self._timeout = timeout

    async def rows(self, query: str, *values: object) -> Sequence[asyncpg.Record]:
        async with self._connection() as connection:
            found: Sequence[asyncpg.Record] = await connection.fetch(query, *values)
            return found

    async def row(self, query: str, *values: object) -> asyncpg.Record | None:
        async with self._connection() as connection:
            return await connection.fetchrow(query, *values)

    @asynccontextmanager
    async def together(self) -> AsyncIterator["Database"]:
        """What is done with the yielded one happens wholly, when the block ends, or not at all.

        One task at a time may use it. What the block raises goes through as it is.
        """
        async with AsyncExitStack() as stack:
            with available():
                connection = await stack.enter_async_context(self._lent())
                transaction = connection.transaction()
                await transaction.start()
            try:
                yield _Transaction(self._pool, self._timeout, connection)
            except BaseException:
                with suppress(*AWAY):  # then there is nothing left to take back
                    await transaction.rollback()
                raise
            with available():
                await transaction.commit()

    async def many(self, query: str, rows: Sequence[Sequence[object]]) -> None:
        """The query once for each row; all of them or none."""
        async with self._connection() as connection:
            await connection.executemany(query, rows)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator["PoolConnectionProxy[asyncpg.Record]"]:
        with available():
            async with self._lent() as connection:
                yield connection

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator["PoolConnectionProxy[asyncpg.Record]"]:
        async with self._pool.acquire(timeout=self._timeout) as connection:
            yield connection


class _Transaction(Database):
    """The one connection on which a transaction is under way; within it, another is a part."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        timeout: float,
        connection: "PoolConnectionProxy[asyncpg.Record]",
    ) -> None:
        super().__init__(pool, timeout)
        self._one = connection

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator["PoolConnectionProxy[asyncpg.Record]"]:
        yield self._one


@asynccontextmanager
async def connected(dsn: str, connections: int, timeout: float) -> AsyncIterator[Database]:
    """A pool of at most `connections`; `timeout` in seconds, for each query and each wait."""
    with available():
        pool = await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=connections,
            timeout=timeout,
            command_timeout=timeout,
            init=_speak_json,
        )
    try:
        yield Database(pool, timeout)
    finally:
        await _close(pool)


async def reachable(dsn: str, timeout: float, look: Callable[[], None] = lambda: None) -> None:
    """Waits until the database takes connections.

    A database that is starting is waited for; a refused password, say, is told at once.
    look: called before every attempt; what it raises ends the wait.
    Raises Unavailable.
    """
    reason: Exception | None = None
    try:
        async with asyncio.timeout(timeout):
            while True:
                look()
                try:
                    connection = await asyncpg.connect(dsn, timeout=timeout)
                except (OSError, asyncpg.CannotConnectNowError) as error:
                    reason = error
                    await asyncio.sleep(PAUSE)
                else:
                    return await connection.close(timeout=CLOSING)
    except TimeoutError:
        why = f": {reason}" if reason else ""
        raise Unavailable(f"no database at {place(dsn)} within {timeout:g} s{why}") from reason
    except ValueError:  # whose words may quote a piece of a password
        raise Unavailable("not an address like postgresql://user:password@host/name") from None
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Unavailable(f"the database at {place(dsn)} refuses: {error}") from error


async def _speak_json(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
    )


async def _close(pool: asyncpg.Pool) -> None:
    try:
        async with asyncio.timeout(CLOSING):
            await pool.close()
    except TimeoutError:
        pool.terminate()
