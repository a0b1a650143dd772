"""One who publishes over WHIP as a browser does, by aiortc, on this machine only."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction
from typing import Any

import aioice.ice
import httpx
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

from tests.server.shared import RATE, WAIT, pcm, until

FRAME = RATE // 50  # samples of 20 ms
SDP = {"content-type": "application/sdp"}


class Speech(MediaStreamTrack):
    """Audio as a microphone gives it, then silence for ever."""

    kind = "audio"

    def __init__(self, picture: str, pace: float) -> None:
        """picture: see tests/fakes.py. pace: of the clock; 2: twice as fast."""
        super().__init__()
        self.sound = np.frombuffer(pcm(picture), np.int16)
        self.pace = pace
        self.count = 0
        self.began: float | None = None
        self.muted = asyncio.Event()  # no more frames come
        self.over = asyncio.Event()  # all of the picture was given

    async def recv(self) -> AudioFrame:
        loop = asyncio.get_running_loop()
        self.began = self.began or loop.time()
        await asyncio.sleep(self.began + self.count * 0.02 / self.pace - loop.time())
        if self.muted.is_set():
            raise MediaStreamError
        at = self.count * FRAME
        whole = np.zeros((1, FRAME), np.int16)
        piece = self.sound[at : at + FRAME]
        whole[0, : len(piece)] = piece
        if at + FRAME >= len(self.sound):
            self.over.set()
        frame = AudioFrame.from_ndarray(whole, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
        self.count += 1
        return frame


class Publisher:
    def __init__(
        self, url: str, room: str, picture: str, pace: float, channel: bool = True
    ) -> None:
        """picture, pace: see Speech. channel: whether it wants captions back."""
        self.http = httpx.AsyncClient(base_url=url, timeout=WAIT)
        self.room = room
        self.track = Speech(picture, pace)
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.connection.addTrack(self.track)
        self.heard: list[dict[str, Any]] = []
        if channel:
            self.channel = self.connection.createDataChannel("captions")
            self.channel.on("message", lambda text: self.heard.append(json.loads(text)))
        self.answer = httpx.Response(0)

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return str(self.connection.localDescription.sdp)

    async def publish(self, offer: str | None = None, **query: Any) -> httpx.Response:
        """What is answered to an offer, our own if no other is given."""
        body = offer or await self.offer()
        path = f"/whip/{self.room}"
        self.answer = await self.http.post(path, content=body, headers=SDP, params=query)
        return self.answer

    async def connect(self, answer: str | None = None) -> None:
        """answer: as it was, unless it is to be another one."""
        await self.described(answer)
        await self.connected()

    async def described(self, answer: str | None = None) -> None:
        assert self.answer.status_code == 201, self.answer.text
        described = RTCSessionDescription(answer or self.answer.text, "answer")
        await self.connection.setRemoteDescription(described)

    async def connected(self) -> None:
        await until(lambda: self.connection.connectionState == "connected")

    async def hears(self, kind: str, count: int = 1, seconds: float = WAIT) -> dict[str, Any]:
        """The `count`th message of a kind, once it is there."""
        await until(lambda: len(self.of(kind)) >= count, seconds)
        return self.of(kind)[count - 1]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [each for each in self.heard if each["type"] == kind]

    def say(self, type: str, **fields: Any) -> None:
        self.channel.send(json.dumps({"type": type, **fields}))

    async def hang_up(self) -> httpx.Response:
        return await self.http.delete(self.answer.headers["location"])

    async def vanish(self) -> None:
        """Without a word: from now on nothing comes of it and nothing reaches it."""
        await _abandoned(self.connection)

    async def close(self) -> None:
        await self.connection.close()
        await self.http.aclose()


async def _abandoned(connection: RTCPeerConnection) -> None:
    for transceiver in connection.getTransceivers():
        ice = transceiver.receiver.transport.transport._connection
        for protocol in ice._protocols:
            protocol.transport.abort()


@asynccontextmanager
async def publisher(
    url: str,
    room: str = "hall",
    picture: str = "",
    pace: float = 4.0,
    channel: bool = True,
) -> AsyncIterator[Publisher]:
    one = Publisher(url, room, picture, pace, channel)
    try:
        yield one
    finally:
        await one.close()


@asynccontextmanager
async def publishing(
    url: str, room: str = "hall", picture: str = "", pace: float = 4.0, **query: Any
) -> AsyncIterator[Publisher]:
    """One who is connected."""
    async with publisher(url, room, picture, pace) as one:
        await one.publish(**query)
        await one.connect()
        yield one


def stay_here() -> None:
    """No address but 127.0.0.1 is used in this process."""
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
