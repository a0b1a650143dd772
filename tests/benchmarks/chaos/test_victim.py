"""A process that dies and comes back, and when it is let be."""

import asyncio

import pytest

from benchmarks.chaos.board import Board
from benchmarks.chaos.orders import Moment
from benchmarks.chaos.process import Server
from benchmarks.chaos.victim import SPARED, Victim
from server.commands.child import ServerDied


@pytest.fixture
def victim(folder):
    return Victim("worker-1", Server(folder, {}), Board())


async def test_what_it_tells_wakes_who_waits_for_that_of_it(victim):
    waiting = asyncio.create_task(victim.board.wait(("worker-1", Moment.COMMIT)))
    await asyncio.sleep(0)
    victim.told("fetching")
    victim.told("finalizing")  # of a live session
    assert not victim.board.seen.is_set()
    victim.told("committing")
    assert await waiting


async def test_a_job_at_its_last_attempts_is_let_be(victim):
    victim.told(f"claimed {SPARED - 1}")
    assert not await victim.spared()
    victim.told(f"claimed {SPARED}")
    spared = asyncio.create_task(victim.spared())
    victim.told("fetched")
    await asyncio.sleep(0)
    assert not spared.done()
    victim.told("committed")
    assert await spared
    assert victim.attempt == 0


async def test_a_start_that_fails_is_not_hidden(folder):
    victim = Victim("worker-1", Server(folder, {"model": {"nme": "typo"}}), Board())
    await victim.start()
    with pytest.raises(ServerDied, match="nme"):
        await victim.ready()
    await victim.stop()


async def test_who_never_ran_needs_no_stop(victim):
    await victim.stop()
    assert victim.starts == []
