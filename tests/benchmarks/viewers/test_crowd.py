"""Viewers of a server that runs, in the loop of the test."""

import asyncio
from array import array
from urllib.parse import urlsplit

import pytest

from benchmarks.viewers.crowd import Crowd
from server.parts import OWNER
from server.rooms.broadcast import channel
from storage.bus.port import Place
from tests.server.shared import serving, settings_for, until


@pytest.fixture
async def server(tmp_path, database_url):
    async with serving(settings_for(tmp_path, database_url, rooms={"viewers": 3})) as running:
        yield running


async def gathered(server, count):
    place = urlsplit(server.url)
    crowd = Crowd(place.hostname, place.port, "hall")
    async with asyncio.timeout(15):
        await crowd.gather(count)
    return crowd


def leave(crowd):
    for viewer in crowd.viewers:
        viewer.transport.abort()


async def test_all_viewers_see_what_is_said(server):
    crowd = await gathered(server, 3)
    await until(lambda: server.server.app.state.rooms.watching == 3)
    for number in (1, 2):
        data = b'event: final\ndata: {"seg":%d,"text":"x"}\n\n' % number
        place = Place("s", number - 1, number, number)
        await server.registry.parts.bus.publish(channel(OWNER, "hall"), data, place)
    await until(lambda: all(b"id: 2" in b"".join(it.pieces) for it in crowd.viewers))
    seen = crowd.seen(0.5)
    assert [caption.seg for caption in seen.captions] == [1, 2] and seen.cores == 0.5
    for viewer in seen.viewers:
        assert array("I", viewer.captions).tolist() == [0, 1]
        first, second = array("d", viewer.times)
        assert 0 < first <= second
        assert (viewer.cut, viewer.refused) == (False, "")
    leave(crowd)


async def test_who_is_refused_or_cut_off_is_told(server):
    crowd = await gathered(server, 4)
    seen = crowd.seen(0.0)
    assert sorted(it.refused for it in seen.viewers)[-1] == "HTTP/1.1 503 Service Unavailable"
    server.server.app.state.rooms.close()
    await until(lambda: sum(viewer.cut for viewer in crowd.viewers) >= 3)
    leave(crowd)
