"""A clock that is set while a run goes on."""

import asyncio

import pytest

from benchmarks.run.clocks import Steps


def looked(*pairs):
    steps = Steps()
    for wall, monotonic in pairs:
        steps.look(wall, monotonic)
    return steps


def test_clocks_that_keep_pace():
    assert looked((1000.0, 5.0), (1000.5, 5.5), (1060.9, 65.5)).fault is None


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([(1000.0, 5.0), (1003.0, 5.5)], "+2.5 s"),
        ([(1000.0, 5.0), (996.5, 5.5), (1001.0, 10.0)], "-4.0 s"),
        ([(1000.0, 5.0), (1002.0, 5.5), (1000.5, 6.0)], "s during the run"),  # there and back
    ],
)
def test_a_step_is_a_fault(pairs, said):
    assert said in looked(*pairs).fault


async def test_it_looks_from_the_beginning_until_it_is_told_to_stop():
    walls = iter((1000.0, 5000.0))
    steps, done = Steps(), asyncio.Event()

    def wall():
        try:
            return next(walls)
        except StopIteration:
            done.set()
            return 5000.5

    looking = asyncio.create_task(steps.run(wall))
    async with asyncio.timeout(10):
        await done.wait()
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    assert "+3999" in steps.fault
