import pytest

from storage.bus.local import LocalBus
from storage.bus.opening import open_bus
from storage.bus.valkey import ValkeyBus
from tests.storage.bus.shared import Server, say


@pytest.mark.parametrize("url", [None, ""])
async def test_without_an_address_it_is_this_process_alone(url: str | None) -> None:
    async with open_bus(url) as bus:
        assert isinstance(bus, LocalBus)


async def test_with_one_it_is_there_whether_the_server_is_or_not(server: Server) -> None:
    async with open_bus(server.url) as bus:
        assert isinstance(bus, ValkeyBus)
        assert await say(bus, "room", 1, b"x") is not None
    server.stop()
    async with open_bus(server.url) as bus:
        assert await say(bus, "room", 1, b"x") is None
