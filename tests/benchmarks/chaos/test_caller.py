"""A client that is cut off and comes back, against the real app."""

import asyncio
from urllib.parse import urlsplit

import pytest

from benchmarks.chaos import talk
from benchmarks.chaos.caller import Caller, Manner
from benchmarks.chaos.process import free_port
from benchmarks.chaos.proxy import path
from benchmarks.chaos.schedule import Drop, Moment, Way

QUICK = Manner(pace=20.0, patience=5.0)


async def test_without_any_loss_all_is_heard(url):
    said, moments = talk.make("a", 20), []
    log = await Caller(url, said, QUICK, "x", moments.append).run()
    assert [final.text for final in log.finals] == said.texts
    assert log.flushed == [str(pos) for pos in said.flushes] and log.flushed
    assert log.ended and not log.faults and log.connections == 1 and not log.backs
    assert log.acknowledged == len(said.audio)
    assert {Moment.HELLO, Moment.FLUSH, Moment.END} == set(moments)


@pytest.mark.parametrize("way", [Way.CUT, Way.RESET, Way.HALF])
async def test_it_comes_back_and_goes_on(url, way):
    said = talk.make("b", 20)
    where = urlsplit(url)
    async with path(where.hostname, where.port) as between:
        caller = Caller(between.url, said, QUICK, "x", way=lambda: between.since)
        running = asyncio.create_task(caller.run())
        for _ in range(3):
            await caller.stands.wait()
            await between.drop(Drop(way, 0.0, 0.1))
        log = await running
    assert [final.text for final in log.finals] == said.texts
    assert log.ended and not log.faults and not log.taken_back
    assert log.connections == len(log.backs) + 1 > 2
    assert all(0 < back.welcome <= back.away for back in log.backs)


async def test_one_that_leaves_does_not_end(url):
    said = talk.make("c", 10)
    manner = Manner(20.0, 5.0, leaves=len(said.audio) // 2)
    log = await Caller(url, said, manner, "x").run()
    assert log.left and not log.ended and log.over
    assert len(log.finals) < len(said.texts)


async def test_a_session_that_is_not_known_is_given_up(url):
    caller = Caller(url, talk.make("d", 5), QUICK, "x")
    caller.log.session = "gone"
    log = await caller.run()
    assert log.refused is not None and log.refused.startswith("4404")


async def test_one_without_a_server_keeps_asking():
    caller = Caller(f"http://127.0.0.1:{free_port()}", talk.make("d", 5), QUICK, "x")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await caller.run()
    assert not caller.log.over
