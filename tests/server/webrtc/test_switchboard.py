"""Calls by their numbers, at a real process of media."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from server.metrics import Metrics
from server.webrtc import process, sdp, switchboard
from server.webrtc.messages import Lost, Plan
from server.webrtc.sections import BadOffer
from server.webrtc.switchboard import Switchboard, Unanswered
from tests.server.routes.test_whip import OFFER
from tests.server.shared import until

SDP = sdp.offer(OFFER.encode()).sdp


@asynccontextmanager
async def board(patience: float = 15.0) -> AsyncIterator[tuple[Switchboard, list[str]]]:
    """And how often it was lost."""
    lost: list[str] = []
    one = Switchboard(Plan(0, 0, True, patience), Metrics(), lambda: lost.append("lost"))
    try:
        yield one, lost
    finally:
        await one.close()


async def test_each_call_hears_what_is_its_own() -> None:
    heard: dict[str, list[object]] = {"a": [], "b": []}
    async with board(patience=0.2) as (one, _):
        first, second = (one.reserve(heard[name].append) for name in "ab")
        assert one.calls == 2
        assert "a=recvonly" in await one.answer(first, SDP)
        with pytest.raises(BadOffer):
            await one.answer(second, "v=0\r\nnonsense")
        await until(lambda: heard["a"] == [Lost(first, "not connected in time")])
        one.hang_up(first)
        one.hang_up(second)
        one.hang_up(second)
        assert (one.calls, heard["b"]) == (0, [])


async def test_one_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switchboard, "ANSWER", 0.3)
    async with board() as (one, lost):
        await one.media.ready()
        assert one.media.process is not None
        child = psutil.Process(one.media.process.pid)
        child.send_signal(signal.SIGSTOP)
        with pytest.raises(Unanswered, match="no answer"):
            await one.answer(one.reserve(lambda _: None), SDP)
        child.send_signal(signal.SIGKILL)
        await until(lambda: lost == ["lost"])


async def test_one_that_cannot_be_started_is_no_mistake_of_the_publishers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(process, "PLACES", (tmp_path,))
    async with board() as (one, _):
        with pytest.raises(Unanswered, match="does not start"):
            await one.answer(one.reserve(lambda _: None), SDP)
