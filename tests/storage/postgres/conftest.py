"""The contracts hold for two servers: the embedded one, and one that somebody else runs.

The other is reached over the network, and is the system's own Postgres where it has one.
"""

import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from storage import migrate
from storage.database import Database
from storage.embedded import running
from storage.postgres.jobs import PostgresJobs
from storage.postgres.listener import Listener, listening
from storage.postgres.work import PostgresWork
from storage.programs import SYSTEM
from tests.storage.shared import QUICK, connection, in_database, open_folder

TEMPLATE = "template_of_contracts"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def outside() -> AsyncIterator[str]:
    """The address of a server on a port."""
    port, path = free_port(), open_folder()
    network = {**QUICK, "listen_addresses": "127.0.0.1", "port": str(port)}
    try:
        async with AsyncExitStack() as stack:
            with pytest.MonkeyPatch.context() as patch:
                for programs in sorted(SYSTEM.glob("*/bin")):
                    patch.setenv("PG_BIN", str(programs))
                address = await stack.enter_async_context(running(path, network))
            yield address.replace("@/", f"@127.0.0.1:{port}/").partition("?")[0]
    finally:
        shutil.rmtree(path)


@pytest.fixture(scope="session", params=["embedded", "outside"])
def postgres(request: pytest.FixtureRequest, postgres: str, outside: str) -> str:
    return postgres if request.param == "embedded" else outside


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def template(postgres: str) -> str:
    async with connection(postgres) as admin:
        await admin.execute(f"CREATE DATABASE {TEMPLATE}")
    await migrate.upgrade(in_database(postgres, TEMPLATE))
    return TEMPLATE


@pytest_asyncio.fixture
async def changes(database_url: str) -> AsyncIterator[Listener]:
    """It hears already."""
    async with listening(database_url, timeout=10) as listener:
        with listener.watching(lambda _: False) as watch:
            assert await watch.wait(20)
        yield listener


@pytest.fixture
def jobs(database: Database, changes: Listener) -> PostgresJobs:
    return PostgresJobs(database, changes)


@pytest.fixture
def work(database: Database) -> PostgresWork:
    return PostgresWork(database)
