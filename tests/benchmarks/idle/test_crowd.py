"""Sessions that are opened, sent for and left together."""

import pytest
from captionflow import ServerError

from benchmarks.idle.crowd import gathered
from tests.server.shared import Running, until

AUDIO = [bytes([at]) * 640 for at in range(5)]


async def test_all_are_sent_for_and_left(server: Running):
    async with gathered(server.url, None, 3, AUDIO) as crowd:
        assert len(crowd.sessions) == len(server.registry.running) == 3
        await until(lambda: all(one.received >= 20 * 640 for one in crowd.sessions))
        await until(lambda: all(one.trips for one in crowd.sessions))
        sent = [one.sent for one in crowd.sessions]
        assert max(sent) - min(sent) < 50 * 640
        assert len(crowd.late) > 100
        crowd.forget()
        assert not crowd.late and not any(one.trips for one in crowd.sessions)
        assert not any(one.failure for one in crowd.sessions)
    await until(lambda: not server.registry.running)


async def test_nobody_is_left_behind_when_there_is_no_room_for_all(server: Running):
    with pytest.raises(ServerError, match="no room"):
        async with gathered(server.url, None, 4, AUDIO):
            raise AssertionError("four where there is room for three")
    await until(lambda: not server.registry.running)


async def test_a_crowd_of_none(server: Running):
    async with gathered(server.url, None, 0, AUDIO) as crowd:
        await until(lambda: len(crowd.late) > 3)
        assert crowd.sessions == []
