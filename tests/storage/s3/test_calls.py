import asyncio
from threading import Event, current_thread

import pytest

from storage.errors import Missing, Unavailable
from storage.s3.calls import calling


async def test_what_a_call_returns_or_raises_comes_back() -> None:
    def fail() -> None:
        raise Missing("no object a")

    async with calling(threads=2, timeout=20) as calls:
        assert (await calls.run(lambda: current_thread().name)).startswith("objects")
        with pytest.raises(Missing, match="no object a"):
            await calls.run(fail)


async def test_a_call_that_takes_too_long_is_given_up_and_the_others_go_on() -> None:
    stuck = Event()
    async with calling(threads=2, timeout=0.1) as calls:
        with pytest.raises(Unavailable, match="did not answer within 0.1 s"):
            await calls.run(lambda: stuck.wait(20))
        assert await calls.run(lambda: 7) == 7
        stuck.set()


async def test_waiting_for_a_thread_counts_and_what_was_given_up_does_not_begin() -> None:
    stuck, begun = Event(), Event()
    async with calling(threads=1, timeout=0.1) as calls:
        with pytest.raises(Unavailable):
            await calls.run(lambda: stuck.wait(20))
        with pytest.raises(Unavailable):
            await calls.run(begun.set)
        stuck.set()
    assert not begun.is_set()


async def test_a_waiter_can_be_cancelled() -> None:
    stuck, begun = Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def work() -> None:
        loop.call_soon_threadsafe(begun.set)
        stuck.wait(20)

    async with calling(threads=1, timeout=20) as calls:
        waiter = asyncio.create_task(calls.run(work))
        async with asyncio.timeout(20):
            await begun.wait()
        waiter.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiter
        stuck.set()


async def test_leaving_waits_for_what_is_under_way() -> None:
    stuck, done = Event(), Event()

    def work() -> None:
        stuck.wait(20)
        done.set()

    async with calling(threads=1, timeout=0.1) as calls:
        with pytest.raises(Unavailable):
            await calls.run(work)
        stuck.set()
    assert done.is_set()
