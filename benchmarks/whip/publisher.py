"""One who publishes a room by WHIP: a peer of its own, packets out, captions in.

It plays nothing by itself: a packet leaves at the moment it is given, with the time it carries.
"""

import asyncio
import json
from asyncio import Queue
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aioice.ice
import httpx
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from captionflow import ServerError

from benchmarks.whip.opus import Opus
from benchmarks.whip.relay import LOOPBACK, Relay

PATIENCE = 20.0  # seconds for an answer of the server, and until it greets
CHANNEL = "captions"
SDP = "application/sdp"
END = json.dumps({"type": "end"})
GONE = (200, 204, 404)  # what a server may say of a session that is to go, or has gone


class Feed(MediaStreamTrack):
    """The packets, in the order they are put."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.waiting: Queue[Opus] = Queue()
        self.sent = asyncio.Event()  # all that was put has left

    def put(self, packet: Opus) -> None:
        self.sent.clear()
        self.waiting.put_nowait(packet)

    async def recv(self) -> Opus:
        """The peer asks for the next one when it has sent the one before."""
        if self.waiting.empty():
            self.sent.set()
        return await self.waiting.get()


class Publisher:
    """Open it with `publish`. Messages of the server are those of stt.v1."""

    def __init__(self) -> None:
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.feed = Feed()
        self.peer.addTrack(self.feed)
        self.channel = self.peer.createDataChannel(CHANNEL)
        self.heard: Queue[str | None] = Queue()
        self.channel.on("message", self._message)
        self.channel.on("close", self._lost)
        self.peer.on("connectionstatechange", self._changed)

    def _message(self, message: str | bytes) -> None:
        self.heard.put_nowait(message if isinstance(message, str) else message.decode())

    def _changed(self) -> None:
        if self.peer.connectionState in ("failed", "closed"):
            self._lost()

    def _lost(self) -> None:
        self.heard.put_nowait(None)

    def send(self, packet: Opus) -> None:
        self.feed.put(packet)

    async def end(self) -> None:
        """No more audio; what was said until now comes, then the end."""
        await self.feed.sent.wait()
        self.channel.send(END)

    async def hear(self) -> str:
        """The next message. Raises ServerError when the connection is lost."""
        message = await self.heard.get()
        if message is None:
            self._lost()  # for whoever asks next
            raise ServerError("lost", "the connection was lost before the session had ended")
        return message


@asynccontextmanager
async def publish(
    url: str,
    room: str,
    query: Mapping[str, str],
    token: str | None = None,
    relay: Relay | None = None,
) -> AsyncIterator[Publisher]:
    """Published until the end of the block. Raises ServerError when the server will not have it.

    relay: what stands between the two, if anything does.
    """
    host = urlsplit(url).hostname
    publisher = Publisher()
    headers = {"authorization": f"Bearer {token}"} if token else {}
    try:
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=PATIENCE) as http:
            session = await _greet(http, publisher, room, query, relay, host == LOOPBACK)
            try:
                yield publisher
            finally:
                await _leave(http, session)
    finally:
        await publisher.peer.close()


async def _greet(
    http: httpx.AsyncClient,
    publisher: Publisher,
    room: str,
    query: Mapping[str, str],
    relay: Relay | None,
    near: bool,
) -> str:
    """The address of the session. near: the server is on this machine."""
    offer = await _offer(publisher, near)
    sent = relay.offered(offer) if relay else offer
    head = {"content-type": SDP}
    try:
        answer = await http.post(f"/whip/{room}", params=query, content=sent, headers=head)
    except httpx.HTTPError as error:
        raise ServerError("unreachable", f"cannot reach {http.base_url}: {error}") from None
    if answer.status_code != 201:
        raise ServerError("refused", f"/whip/{room} answers {answer.status_code}: {answer.text}")
    session = answer.headers["location"]
    answered = relay.answered(answer.text) if relay else answer.text
    try:
        await publisher.peer.setRemoteDescription(RTCSessionDescription(answered, "answer"))
        return session
    except BaseException:
        await _leave(http, session)
        raise


async def _offer(publisher: Publisher, near: bool) -> str:
    """With all candidates: those of this machine alone when the server is on it, too."""
    usual = aioice.ice.get_host_addresses
    if near:
        aioice.ice.get_host_addresses = _loopback
    try:
        await publisher.peer.setLocalDescription(await publisher.peer.createOffer())
    finally:
        aioice.ice.get_host_addresses = usual
    return publisher.peer.localDescription.sdp


def _loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    """The library leaves this address out, and on some machines it is the only one."""
    return [LOOPBACK]


async def _leave(http: httpx.AsyncClient, session: str) -> None:
    try:
        answer = await http.delete(session)
    except httpx.HTTPError as error:
        raise ServerError("unreachable", f"cannot leave {session}: {error}") from None
    if answer.status_code not in GONE:
        raise ServerError("refused", f"DELETE {session} answers {answer.status_code}")
