"""A way that loses media and nothing else, always the same of the same seed."""

import asyncio
from asyncio import DatagramProtocol, Queue

import pytest

from benchmarks.whip.candidates import Address
from benchmarks.whip.relay import FIRST, LOOPBACK, Loss, is_media, number, relayed
from tests.server.shared import WAIT

STUN = b"\x00\x01\x00\x00" + b"\x21\x12\xa4\x42" + bytes(12)
DTLS = b"\x16\xfe\xfd" + bytes(20)
RTCP = bytes([0x80, 200]) + bytes(20)


def rtp(sequence, payload=b"sound"):
    return bytes([0x80, 111]) + sequence.to_bytes(2, "big") + bytes(8) + payload


@pytest.mark.parametrize(
    ("datagram", "media"),
    [(STUN, False), (DTLS, False), (RTCP, False), (rtp(7), True), (b"\x80", False)],
    ids=["stun", "dtls", "rtcp", "rtp", "short"],
)
def test_media_is_told_from_the_rest(datagram, media):
    assert is_media(datagram) is media


def test_the_same_seed_loses_the_same():
    def lost(seed):
        loss = Loss(0.1, seed)
        return [loss.takes(rtp(sequence)) for sequence in range(2000)]

    assert lost(1) == lost(1) != lost(2)
    assert sum(lost(1)) == pytest.approx(200, abs=60)
    assert not any(lost(1)[:FIRST])


def test_what_is_no_media_is_never_lost_and_draws_nothing():
    loss, other = Loss(0.5, 1), Loss(0.5, 1)
    for sequence in range(200):
        assert not loss.takes(STUN)
        assert loss.takes(rtp(sequence)) == other.takes(rtp(sequence))


def test_places_are_counted_from_the_first_packet_whatever_its_number():
    loss = Loss(0.5, 1)
    told = [loss.takes(rtp(sequence % 65_536)) for sequence in range(65_500, 65_700)]
    assert loss.lost == {place for place, lost in enumerate(told) if lost}
    assert number(rtp(65_535)) == 65_535


class Peer(DatagramProtocol):
    def __init__(self):
        self.heard = Queue()

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.heard.put_nowait((data, addr))

    @property
    def sdp(self):
        host, port = self.transport.get_extra_info("sockname")
        return f"v=0\r\nm=audio 9 x 0\r\na=candidate:a 1 udp 1 {host} {port} typ host\r\n"


async def peer():
    loop = asyncio.get_running_loop()
    _, made = await loop.create_datagram_endpoint(Peer, local_addr=(LOOPBACK, 0))
    return made


async def test_both_sides_talk_to_the_relay_only():
    near, far, stranger = await peer(), await peer(), await peer()
    async with relayed(Loss(1.0, 1)) as relay:
        to_near = _address(relay.answered(far.sdp))
        to_far = _address(relay.offered(near.sdp))
        async with asyncio.timeout(WAIT):
            stranger.transport.sendto(DTLS, to_near)
            for sequence in range(FIRST + 5):
                near.transport.sendto(rtp(sequence), to_near)
            near.transport.sendto(STUN, to_near)
            heard = [await far.heard.get() for _ in range(FIRST + 1)]
            assert {addr for _, addr in heard} == {to_far}
            assert [data for data, _ in heard] == [*map(rtp, range(FIRST)), STUN]
            far.transport.sendto(rtp(9), to_far)
            assert await near.heard.get() == (rtp(9), to_near)
        assert relay.loss.lost == set(range(FIRST, FIRST + 5))
    for each in (near, far, stranger):
        each.transport.close()


def _address(sdp):
    host, port = sdp.split("candidate:")[1].split()[4:6]
    return Address(host, int(port))
