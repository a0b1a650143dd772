"""What runs in the process of media: all calls of one server, at the other end of its link.

One for all of them, so that what WebRTC costs, or does wrong, is not the server's. It ends when
the server does. What strangers send is read here, under an account that may do little.
"""

import asyncio
import os
import resource
import socket
import time
from collections.abc import Coroutine
from functools import partial
from typing import Any

import msgspec

from server.audio.confine import restrain
from server.webrtc import private
from server.webrtc.link import Link
from server.webrtc.messages import (
    Answered,
    Hang,
    Offer,
    Order,
    Ping,
    Plan,
    Pong,
    Refused,
    Tell,
    Trickle,
    orders,
)
from server.webrtc.peer import Peer
from server.webrtc.ports import Ports
from server.webrtc.reorder import Packet

PATIENCE = 5.0  # seconds for a rehearsal
LOOK = 0.25  # seconds between looks for what is due although nothing came
WORD = 300  # characters of an error that are told

REHEARSAL = "\r\n".join(
    (
        *("v=0", "o=- 0 0 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=group:BUNDLE 0 1"),
        *("a=ice-ufrag:abcd", "a=ice-pwd:abcdefghijklmnopqrstuv", "a=setup:actpass"),
        "a=fingerprint:sha-256 " + ":".join(["00"] * 32),
        *("m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:0", "a=sendonly", "a=rtcp-mux"),
        "a=rtpmap:111 opus/48000/2",
        *("m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:1", "a=sctp-port:5000", ""),
    )
)
SILENT = b"\xf8\xff\xfe"  # a packet of Opus


def main(parent: str, plan: str) -> None:
    """parent: process id of the server. plan: a Plan, as JSON."""
    settings = msgspec.json.decode(plan, type=Plan)
    private.admit_rsa()
    if settings.loopback:
        private.reach_loopback()
    ports = range(settings.min_port, settings.max_port + 1) if settings.max_port else range(0)
    with asyncio.Runner(loop_factory=partial(Ports, ports)) as runner:
        runner.run(_rehearsed())
        _confine(int(parent))
        runner.run(_serve(socket.socket(fileno=os.dup(0)), settings))


async def _serve(line: socket.socket, plan: Plan) -> None:
    """Until there is nobody at the other end."""
    calls = Calls(plan)
    loop = asyncio.get_running_loop()
    await loop.connect_accepted_socket(lambda: calls.link, line)
    looking = asyncio.create_task(calls.look())
    try:
        await calls.over.wait()
    finally:
        looking.cancel()
        await calls.close()


async def _rehearsed() -> None:
    """A call that nobody makes: what is loaded only when it is needed is loaded now, while files
    can still be read."""
    peer = Peer(0, lambda _: True, lambda: None, PATIENCE, time.monotonic)
    await peer.answer(REHEARSAL)
    peer.voice.put(0, Packet(0, 0, SILENT), 0.0)
    await peer.close()


def _confine(parent: int) -> None:
    """Every call needs a socket for each address, and aiortc a thread for each call."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    restrain(parent)


class Calls:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.over = asyncio.Event()
        self.peers: dict[int, Peer] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.link: Link[Order] = Link(orders, self.heard, self.over.set)

    def heard(self, order: Order) -> None:
        peer = None if isinstance(order, Ping) else self.peers.get(order.call)
        match order:
            case Offer(call, sdp):
                self._beside(self._answer(call, sdp))
            case Trickle(_, candidates, last) if peer:
                self._beside(peer.trickle(candidates, last))
            case Tell(_, text, caption) if peer:
                peer.tell(text, caption)
            case Hang(call) if peer:
                del self.peers[call]
                self._beside(peer.hang_up())
            case Ping():
                self.link.send(Pong())

    async def look(self) -> None:
        """Silence follows the clock where no packets come."""
        while True:
            await asyncio.sleep(LOOK)
            for peer in list(self.peers.values()):
                peer.look()

    async def close(self) -> None:
        await asyncio.gather(*(peer.close() for peer in self.peers.values()))
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.link.close()

    async def _answer(self, call: int, sdp: str) -> None:
        peer = self._peer(call)
        try:
            answer = await peer.answer(sdp)
        except Exception as error:  # of any kind: it parses what strangers wrote
            self.peers.pop(call, None)
            await peer.close()
            self.link.send(Refused(call, repr(error)[:WORD]))
        else:
            self.link.send(Answered(call, answer))

    def _peer(self, call: int) -> Peer:
        self.peers[call] = Peer(
            call, self.link.send, partial(self._lost, call), self.plan.patience, time.monotonic
        )
        return self.peers[call]

    def _lost(self, call: int) -> None:
        if peer := self.peers.pop(call, None):
            self._beside(peer.close())

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
