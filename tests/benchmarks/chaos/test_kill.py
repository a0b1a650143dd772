"""A short run with real kills; a longer one is `captionflow bench chaos kill`."""

import asyncio
from collections import Counter

import pytest

from benchmarks.chaos import figures, kill
from benchmarks.chaos.kill import Board, Settings
from benchmarks.chaos.schedule import Moment


@pytest.mark.slow
@pytest.mark.parametrize(("kills", "embedded"), [(3, 0.0), (1, 1.0)])
async def test_kills_lose_nothing(folder, kills, embedded):
    settings = Settings(
        kills, 5, embedded, clients=3, shortest=3.0, longest=8.0, pace=4.0, linger=1.0
    )
    told = []
    (lane,) = await kill.measure(settings, folder, told.append)
    assert lane.aftermath.faults == ()
    assert [one.name for one in figures.of_kills([lane], kills) if one.missed] == []
    assert len(lane.killed) == kills and len(lane.starts) >= 1
    assert sum(len(log.backs) for log in lane.logs) > 0, "nobody had to come back"
    assert Counter(log.over for log in lane.logs) == {True: len(lane.logs)}
    assert f"of {kills} kills" in told[0]


async def test_the_board_wakes_who_waits_for_that():
    board = Board()
    board.tell(Moment.END)  # nobody waits: forgotten
    task = asyncio.create_task(board.wait(Moment.FINALIZE, "rows"))
    await asyncio.sleep(0)
    board.tell(Moment.FINALIZE, "ready")
    assert not board.seen.is_set()
    board.tell(Moment.FINALIZE, "rows")
    assert await task


async def test_what_does_not_happen_is_not_waited_for_long(monkeypatch):
    monkeypatch.setattr(kill, "PATIENCE", 0.01)
    assert not await Board().wait(Moment.END, "")
