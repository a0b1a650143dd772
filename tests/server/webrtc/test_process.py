"""The process of media as the server has it: started, watched, ended."""

import signal
from pathlib import Path

import psutil
import pytest

from server.webrtc import process, sdp
from server.webrtc.messages import Answered, Offer, Plan, Refused, Report
from server.webrtc.process import Away, Media
from tests.server.routes.test_whip import OFFER
from tests.server.shared import until

PLAN = Plan(0, 0, True, 15.0)


class Watcher:
    """The process of media, and what it reports."""

    def __init__(self) -> None:
        self.heard: list[Report] = []
        self.gone = 0
        self.media = Media(PLAN, self.heard.append, self._gone)

    async def __aenter__(self) -> "Watcher":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.media.close()

    def _gone(self) -> None:
        self.gone += 1

    @property
    def child(self) -> psutil.Process:
        assert self.media.process is not None
        return psutil.Process(self.media.process.pid)


async def test_it_answers_offers_and_ends_when_nobody_is_there() -> None:
    async with Watcher() as watcher:
        link = await watcher.media.ready()
        assert await watcher.media.ready() is link
        child = watcher.child
        link.send(Offer(1, sdp.offer(OFFER.encode()).sdp))
        link.send(Offer(2, "v=0\r\nnonsense"))

        def told(kind: type, call: int) -> bool:
            return any(isinstance(it, kind) and it.call == call for it in watcher.heard)

        await until(lambda: told(Answered, 1) and told(Refused, 2))
    assert not child.is_running() and watcher.gone == 1


async def test_one_that_was_killed_is_followed_by_another() -> None:
    async with Watcher() as watcher:
        first = await watcher.media.ready()
        child = watcher.child
        child.send_signal(signal.SIGKILL)
        await until(lambda: watcher.gone == 1)
        assert not first.there
        second = await watcher.media.ready()
        assert second.there and watcher.child.pid != child.pid


async def test_one_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PING", 0.1)
    async with Watcher() as watcher:
        await watcher.media.ready()
        monkeypatch.setattr(process, "STUCK", 0.5)
        watcher.child.send_signal(signal.SIGSTOP)
        await until(lambda: watcher.gone == 1)


async def test_one_that_does_not_start_is_said_to_be_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(process, "PLACES", (tmp_path,))
    async with Watcher() as watcher:
        for _ in range(2):
            with pytest.raises(Away):
                await watcher.media.ready()
