import asyncio
import signal

import pytest
from redis.asyncio import Redis

from storage.bus.valkey import PATIENCE as BOUND
from storage.bus.valkey import valkey_bus
from storage.errors import Unavailable
from tests.storage.bus.shared import PATIENCE, Server, say


async def test_one_node_hears_another(server: Server) -> None:
    async with valkey_bus(server.url) as one, valkey_bus(server.url) as other:
        await say(one, "room", 1, b"before")
        async with other.subscribe("room", after=0) as messages:
            await say(one, "room", 2, b"after")
            async with asyncio.timeout(PATIENCE):
                assert [(await anext(messages)).data for _ in "ab"] == [b"before", b"after"]
        assert await one.take("ann", 1, 1, 600)
        assert not await other.take("ann", 1, 1, 600)


async def test_while_the_server_is_away_nobody_waits_long(server: Server) -> None:
    async with valkey_bus(server.url) as bus:
        server.stop()
        async with asyncio.timeout(6 * BOUND):
            assert await say(bus, "room", 1, b"lost") is None
            assert await bus.publish("room", b"lost") is None
            with pytest.raises(Unavailable):
                await bus.take("ann", 1, 1, 600)
            async with bus.subscribe("room", after=0):
                pass
        assert bus.dropped == 2


async def test_subscribers_go_on_when_the_server_is_back(server: Server) -> None:
    async with (
        valkey_bus(server.url) as bus,
        valkey_bus(server.url) as other,
        bus.subscribe("room", after=0) as messages,
    ):
        await say(bus, "room", 1, b"1")
        assert (await asyncio.wait_for(anext(messages), PATIENCE)).seq == 1
        server.stop()
        assert await say(bus, "room", 2, b"lost") is None
        server.start()
        # Said before the subscriber is back: it is filled in from what is kept.
        async with asyncio.timeout(PATIENCE):
            while await say(other, "room", 3, b"3") is None:
                await asyncio.sleep(0)
            assert (await anext(messages)).seq == 3
        await say(other, "room", 4, b"4")
        await other.publish("room", b"live")
        async with asyncio.timeout(PATIENCE):
            assert [(await anext(messages)).data for _ in "ab"] == [b"4", b"live"]


async def test_a_server_that_comes_later_is_found(server: Server) -> None:
    server.stop()
    async with valkey_bus(server.url) as bus, bus.subscribe("room", after=0) as messages:
        server.start()
        async with asyncio.timeout(PATIENCE):
            while await say(bus, "room", 1, b"1") is None:
                await asyncio.sleep(0)
            assert (await anext(messages)).data == b"1"


async def test_a_server_that_hangs_is_away_too(server: Server) -> None:
    async with valkey_bus(server.url) as bus:
        assert await say(bus, "room", 1, b"1") is not None
        assert server.process
        server.process.send_signal(signal.SIGSTOP)  # the socket takes, nobody answers
        async with asyncio.timeout(3 * BOUND):
            assert await say(bus, "room", 2, b"2") is None
        server.process.send_signal(signal.SIGCONT)
        async with asyncio.timeout(PATIENCE):
            while await say(bus, "room", 3, b"3") is None:
                await asyncio.sleep(0)


async def test_nothing_stays_on_the_server_of_channels_left(server: Server) -> None:
    async with valkey_bus(server.url) as bus, valkey_bus(server.url) as other:
        async with bus.subscribe("room"):
            assert await _listeners(server) == 1
        async with asyncio.timeout(PATIENCE):
            while await _listeners(server):
                await asyncio.sleep(0)
        assert other.dropped == 0


async def _listeners(server: Server) -> int:
    client = Redis(unix_socket_path=str(server.socket))
    try:
        ((_, count),) = await client.pubsub_numsub("captionflow:room")
        return int(count)
    finally:
        await client.aclose()
