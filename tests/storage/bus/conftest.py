"""One bus of each kind; the tests of the port run on both."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from storage.bus.local import LocalBus
from storage.bus.port import Bus
from storage.bus.valkey import valkey_bus
from tests.storage.bus.shared import Server


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    try:
        one.start()
        yield one
    finally:
        one.close()


@pytest_asyncio.fixture(params=["local", "valkey"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    if request.param == "local":
        yield LocalBus()
    else:
        async with valkey_bus(request.getfixturevalue("server").url) as opened:
            yield opened
