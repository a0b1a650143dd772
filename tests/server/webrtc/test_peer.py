"""A publisher's connection without a server behind it, over networks that lose packets."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from benchmarks.whip.relay import Loss, Relay, relayed
from server.webrtc import sdp
from server.webrtc.messages import Connected, Lost, Opened, Report, Said, Silence, Sound, Tally
from server.webrtc.peer import Peer
from tests.server.shared import until
from tests.server.webrtc.publisher import Speech

FRAME = 320  # samples of 20 ms
LATE = 4 * FRAME  # what may be held: three packets behind a missing one, and one on its way


class Call:
    """A publisher, and what is reported of it."""

    def __init__(self, picture: str, pace: float = 4.0, patience: float = 15.0) -> None:
        self.reports: list[Report] = []
        self.given = 0  # samples so far
        self.over = 0
        self.peer = Peer(1, self._report, self._over, patience, time.monotonic)
        self.track = Speech(picture, pace)
        self.publisher = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.publisher.addTrack(self.track)
        self.channel = self.publisher.createDataChannel("captions")
        self.heard: list[str] = []
        self.channel.on("message", self.heard.append)

    def _report(self, report: Report) -> bool:
        self.reports.append(report)
        match report:
            case Sound(_, data):
                self.given += len(data) // 2
            case Silence(_, samples):
                self.given += samples
        return True

    def _over(self) -> None:
        self.over += 1

    def of(self, kind: type) -> list[Report]:
        return [each for each in self.reports if isinstance(each, kind)]

    async def offer(self) -> str:
        await self.publisher.setLocalDescription(await self.publisher.createOffer())
        return str(self.publisher.localDescription.sdp)

    async def connect(self, relay: Relay) -> None:
        offer = sdp.offer(relay.offered(await self.offer()).encode())
        answer = relay.answered(sdp.answer(offer, await self.peer.answer(offer.sdp), None))
        await self.publisher.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await until(lambda: bool(self.of(Connected) and self.of(Opened)))

    def sound(self) -> np.ndarray:
        pieces = [
            np.frombuffer(each.data, np.int16)
            if isinstance(each, Sound)
            else np.zeros(each.samples, np.int16)
            for each in self.reports
            if isinstance(each, Sound | Silence)
        ]
        return np.concatenate(pieces)


@asynccontextmanager
async def calling(picture: str, loss: Loss | None = None, pace: float = 4.0) -> AsyncIterator[Call]:
    call = Call(picture, pace)
    try:
        async with relayed(loss or Loss(0.0, 0)) as relay:
            await call.connect(relay)
            yield call
    finally:
        await call.publisher.close()
        await call.peer.close()


@pytest.mark.parametrize(("share", "tenths"), [(0.01, 80), (0.05, 60)])
async def test_only_what_was_lost_is_missing_and_nothing_is_later(
    share: float, tenths: int
) -> None:
    """In real time, as the clock bounds what timestamps may say."""
    behind: list[int] = []
    loss = Loss(share, seed=3)
    async with calling("#" * tenths, loss, pace=1.0) as call:
        put = call.peer.voice.put

        def watched(*args: object) -> object:
            told = put(*args)  # type: ignore[arg-type]
            behind.append(call.peer.voice.timeline.written // 3 - call.peer.voice.given)
            return told

        call.peer.voice.put = watched  # type: ignore[method-assign, assignment]
        await until(call.track.over.is_set)
        passed = [one for one in loss.seen if not one.lost]
        await until(lambda: call.peer.voice.heard >= len(passed))
        last = loss.seen[-1].number
        sent, gone = len(loss.seen), {last - one.number for one in loss.seen if one.lost}
        held = len(call.peer.voice.reorder.held)
        assert held <= 3 and max(behind) <= LATE
        await call.peer.close()
    frames = call.sound()[: call.given // FRAME * FRAME].reshape(-1, FRAME)
    assert len(frames) >= sent - 5 - held
    loud = np.abs(frames[:, 100:220]).max(axis=1) > 3000
    silent = {len(loud) - 1 - int(at) for at in np.flatnonzero(~loud)}
    begins = len(loud) - 3  # nothing sounds before the first packets
    missing = {at for at in silent if at < begins}
    assert missing <= {at + near for at in gone for near in (-1, 0, 1)}
    assert len(missing) <= 1.3 * len(gone)
    assert len(missing) >= 0.5 * len(gone) >= 2
    (tally,) = call.of(Tally)
    assert isinstance(tally, Tally) and tally.lost <= len(gone)


async def test_messages_go_both_ways() -> None:
    async with calling("") as call:
        for number in range(200):
            call.peer.tell(f"{number} " + "x" * 1000, None)
        await until(lambda: len(call.heard) == 200)
        assert [int(each.split()[0]) for each in call.heard] == list(range(200))
        call.channel.send("hello")
        call.channel.send("x" * 5000)
        call.channel.send(b"bytes")
        await until(lambda: len(call.of(Said)) == 3)
        assert call.of(Said) == [Said(1, "hello"), Said(1, ""), Said(1, "")]
        call.peer.tell("the last one", None)
        await call.peer.hang_up()
        await until(lambda: call.heard[-1] == "the last one")


async def test_silence_comes_when_a_publisher_sends_nothing_more() -> None:
    async with calling("#" * 10) as call:
        await until(call.track.over.is_set)
        call.track.muted.set()

        def silent() -> bool:
            call.peer.look()
            return bool(call.of(Silence))

        await until(silent)
        assert call.over == 0


async def test_what_could_not_be_told_is_silence_later() -> None:
    async with calling("#" * 30) as call:
        await until(lambda: call.given > RATE // 4)
        reports, full = call.peer.report, True
        call.peer.report = lambda report: False if full else reports(report)
        before, heard = call.given, call.peer.voice.heard
        await until(lambda: call.peer.voice.heard > heard + 20)
        full = False
        await until(lambda: call.given > before + 25 * FRAME)
        assert any(each.samples >= 20 * FRAME for each in call.of(Silence))  # type: ignore[attr-defined]
        assert abs(call.given - call.peer.voice.given) < FRAME


RATE = 16_000


async def test_a_publisher_that_closes_is_lost() -> None:
    async with calling("#") as call:
        await call.publisher.close()
        await until(lambda: call.over == 1)
        assert [type(each) for each in call.of(Lost)] == [Lost]


async def test_a_publisher_that_never_comes_is_lost_too() -> None:
    call = Call("", patience=0.2)
    offer = sdp.offer((await call.offer()).encode())
    await call.peer.answer(offer.sdp)
    await until(lambda: call.over == 1)
    assert call.of(Lost) == [Lost(1, "not connected in time")]
    await asyncio.gather(call.peer.close(), call.publisher.close())
