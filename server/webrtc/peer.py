"""One publisher's connection, by aiortc: what comes over it, and what goes back. Of sessions it
knows nothing.

Runs in the process of media only. Ends by itself when the publisher is lost, or never came.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog
from aiortc import (
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.rtp import RtpPacket
from aiortc.sdp import candidate_from_sdp

from server.webrtc import private
from server.webrtc.messages import (
    Connected,
    Lost,
    Opened,
    Report,
    Said,
    Silence,
    Sound,
    Tally,
)
from server.webrtc.outgoing import Outgoing, Overflow
from server.webrtc.reorder import Packet
from server.webrtc.voice import Silence as Pause
from server.webrtc.voice import Voice

CHANNEL = "captions"
LONGEST = 4096  # characters of a message that a publisher may send
CANDIDATES = 200  # addresses of one publisher; those after it are not tried
LOW, HIGH = 16_384, 65_536  # bytes that the data channel itself may hold
FLUSH = 1.0  # seconds that the last messages get to go out
CLOSE = 5.0  # seconds for a connection to close

log = structlog.get_logger("webrtc")


class Peer:
    def __init__(
        self,
        call: int,
        report: Callable[[Report], bool],
        over: Callable[[], None],
        patience: float,
        clock: Callable[[], float],
    ) -> None:
        """report: tells the server; False when it could not be told. over: called once, when the
        publisher is lost. patience: seconds from an answer to a connection. clock: seconds."""
        self.call = call
        self.report = report
        self.over = over
        self.patience = patience
        self.clock = clock
        self.voice = Voice()
        self.outgoing = Outgoing()
        self.channel: RTCDataChannel | None = None
        self.candidates = 0
        self.untold = 0  # samples that the server could not be told of
        self.waking: asyncio.TimerHandle | None = None
        self.giving_up: asyncio.TimerHandle | None = None
        self.closed = False
        self.drained = asyncio.Event()
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.connection.on("connectionstatechange", self._changed)
        self.connection.on("datachannel", self._opened)

    async def answer(self, offer: str) -> str:
        """Raises whatever aiortc does about an offer that it cannot take."""
        connection = self.connection
        await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        (receiver,) = connection.getReceivers()
        private.tap(receiver, self._heard)
        await connection.setLocalDescription(await connection.createAnswer())
        loop = asyncio.get_running_loop()
        self.giving_up = loop.call_later(self.patience, self._lost, "not connected in time")
        return str(connection.localDescription.sdp)

    async def trickle(self, candidates: tuple[str, ...], last: bool) -> None:
        """Those that cannot be used are left out silently."""
        (receiver,) = self.connection.getReceivers()
        ice = receiver.transport.transport
        for each in candidates[: CANDIDATES - self.candidates]:
            self.candidates += 1
            with suppress(ValueError, OSError):
                await ice.addRemoteCandidate(candidate_from_sdp(each))
        if last:
            await ice.addRemoteCandidate(None)

    def tell(self, text: str, caption: int | None) -> None:
        try:
            self.outgoing.put(text, caption)
        except Overflow:
            self.outgoing = Outgoing()
            if self.channel:
                self.channel.close()
                self.channel = None
        self._pump()

    def look(self) -> None:
        """What is due although nothing came."""
        if not self.closed:
            self._told(self.voice.look(self.clock()))

    async def hang_up(self) -> None:
        """Once what was told has gone out."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FLUSH):
                await self._flushed()
        await self.close()

    async def close(self) -> None:
        if self.closed:
            return
        self.closed = True
        self._told(self.voice.rest(self.clock()))
        voice = self.voice
        self.report(Tally(self.call, voice.heard, voice.lost, voice.late))
        for timer in (self.waking, self.giving_up):
            if timer:
                timer.cancel()
        try:
            async with asyncio.timeout(CLOSE):
                await self.connection.close()
        except Exception as error:
            log.warning("connection not closed", error=repr(error))

    async def _flushed(self) -> None:
        while self.channel and self.channel.readyState == "open":
            if not self.outgoing.waiting and not self.channel.bufferedAmount:
                return
            self.drained.clear()
            await self.drained.wait()

    def _changed(self) -> None:
        match self.connection.connectionState:
            case "connected":
                if self.giving_up:
                    self.giving_up.cancel()
                self.report(Connected(self.call))
            case "failed" | "closed" as state:
                self._lost(state)

    def _lost(self, why: str) -> None:
        if not self.closed:
            self.over()
            self.report(Lost(self.call, why))

    def _opened(self, channel: RTCDataChannel) -> None:
        if channel.label != CHANNEL or self.channel is not None:
            return
        self.channel = channel
        channel.bufferedAmountLowThreshold = LOW
        channel.on("bufferedamountlow", self._pump)
        channel.on("message", self._said)
        self.report(Opened(self.call))
        self._pump()

    def _said(self, message: str | bytes) -> None:
        text = message if isinstance(message, str) and len(message) <= LONGEST else ""
        self.report(Said(self.call, text))

    def _pump(self) -> None:
        channel = self.channel
        while channel and channel.readyState == "open" and channel.bufferedAmount < HIGH:
            if (text := self.outgoing.take()) is None:
                break
            with suppress(ValueError):  # longer than the publisher said it takes
                channel.send(text)
        self.drained.set()

    def _heard(self, packet: RtpPacket) -> None:
        now = self.clock()
        ours = Packet(packet.sequence_number, packet.timestamp, packet.payload)
        self._told(self.voice.put(packet.ssrc, ours, now))
        due = self.voice.reorder.due
        if due is not None and self.waking is None:
            self.waking = asyncio.get_running_loop().call_later(max(0.0, due - now), self._woken)

    def _woken(self) -> None:
        self.waking = None
        self.look()

    def _told(self, heard: list[bytes | Pause]) -> None:
        """Silence takes the place of what the server could not be told."""
        for each in heard:
            if self.untold and self.report(Silence(self.call, self.untold)):
                self.untold = 0
            if isinstance(each, Pause):
                length = each.samples
                message: Report = Silence(self.call, each.samples)
            else:
                length = len(each) // 2
                message = Sound(self.call, each)
            if self.untold or not self.report(message):
                self.untold += length
