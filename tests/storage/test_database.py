import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from storage.database import Database, connected, place, queries, reachable
from storage.embedded import running
from storage.errors import Unavailable
from tests.storage.shared import QUICK, in_database

FOLDER = Path(queries.__code__.co_filename).with_name("queries")


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.sql")))
def test_every_query_has_a_line_that_says_what_it_is(name: str) -> None:
    found = queries(name)
    assert found
    for query in found.values():
        first, second = query.splitlines()[:2]
        assert first.startswith("-- ")
        assert not second.startswith("--")


def test_a_place_has_no_password() -> None:
    assert place("postgresql://a:secret@db.example:6000/x") == "db.example:6000/x"
    assert place("postgresql://a:secret@one:1,two:2/x") == "one:1,two:2/x"
    assert place("postgresql://a:secret@/x?host=/run/pg") == "the local socket/x"


@pytest_asyncio.fixture
async def deaf_port() -> AsyncIterator[int]:
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Ours, so nobody else takes it, and refusing."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


async def test_a_refused_connection_is_told_with_its_place(closed_port: int) -> None:
    with pytest.raises(
        Unavailable, match=rf"127.0.0.1:{closed_port}/x within 0.2 s: .*call failed"
    ):
        await reachable(f"postgresql://a:secret@127.0.0.1:{closed_port}/x", 0.2)


async def test_silence_is_not_waited_for_longer_than_the_timeout(deaf_port: int) -> None:
    with pytest.raises(Unavailable, match="within 0.2 s"):
        await reachable(f"postgresql://a:secret@127.0.0.1:{deaf_port}/x", 0.2)


async def test_a_wrong_password_is_told_at_once_and_not_shown(postgres: str) -> None:
    password = postgres.partition("captionflow:")[2].partition("@")[0]
    with pytest.raises(Unavailable, match="refuses: password authentication failed") as caught:
        await reachable(postgres.replace(password, "sesame"), 20)
    assert "sesame" not in str(caught.value)


async def test_a_missing_database_is_told_at_once(postgres: str) -> None:
    with pytest.raises(Unavailable, match='"nowhere" does not exist'):
        await reachable(in_database(postgres, "nowhere"), 20)


@pytest.mark.parametrize(
    "address", ["mysql://a:secret@db/x", "postgresql://a:sec/ret:x@db/x", "db"]
)
async def test_what_is_no_address_is_told_at_once_and_not_shown(address: str) -> None:
    with pytest.raises(Unavailable, match="not an address") as caught:
        await reachable(address, 20)
    assert "ret" not in str(caught.value)


async def test_a_database_that_goes_away_is_unavailable_until_it_is_back(folder: Path) -> None:
    async with AsyncExitStack() as stack:
        async with running(folder, QUICK) as address:
            database = await stack.enter_async_context(connected(address, 2, timeout=5))
            assert await database.row("SELECT 1")
        with pytest.raises(Unavailable):
            await database.row("SELECT 1")
        with pytest.raises(Unavailable):
            await database.rows("SELECT 1")
        async with running(folder, QUICK):
            assert await database.row("SELECT 1")


async def test_a_query_that_takes_too_long_is_given_up(database_url: str) -> None:
    async with connected(database_url, connections=1, timeout=0.2) as database:
        with pytest.raises(Unavailable):
            await database.row("SELECT pg_sleep(30)")
        assert await database.row("SELECT 1")


async def test_json_goes_in_and_out_as_values(database: Database) -> None:
    value = {"a": [1, 2.5, None, "é"], "b": {}}
    row = await database.row("SELECT $1::jsonb AS it", value)
    assert row is not None
    assert row["it"] == value
