"""Who kills is woken by what he waits for."""

import asyncio

from benchmarks.chaos import board
from benchmarks.chaos.board import Board


async def test_the_board_wakes_who_waits_for_that():
    it: Board[str] = Board()
    it.tell("end")  # nobody waits: forgotten
    task = asyncio.create_task(it.wait("rows"))
    await asyncio.sleep(0)
    it.tell("ready")
    assert not it.seen.is_set()
    it.tell("rows")
    assert await task


async def test_what_does_not_happen_is_not_waited_for_long(monkeypatch):
    monkeypatch.setattr(board, "PATIENCE", 0.01)
    assert not await Board().wait("end")
