"""Addresses in session descriptions: read and replaced, and nothing else."""

import pytest

from benchmarks.whip.candidates import Address, NoAddress, first, moved

SDP = "\r\n".join(
    (
        *("v=0", "m=audio 40001 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 192.0.2.7", "a=mid:0"),
        "a=candidate:a 1 udp 2130706431 2001:db8::7 40000 typ host",
        "a=candidate:b 1 tcp 2130706431 192.0.2.7 9 typ host tcptype active",
        "a=candidate:c 1 udp 2130706431 192.0.2.7 40001 typ host generation 0",
        "a=candidate:d 1 udp 1694498815 198.51.100.7 40002 typ srflx raddr 0.0.0.0 rport 0",
        "a=end-of-candidates",
        *("m=application 40001 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:1"),
        "a=candidate:c 1 udp 2130706431 192.0.2.7 40001 typ host",
        "a=sctp-port:5000",
        "",
    )
)


def test_the_first_that_can_be_relayed():
    assert first(SDP) == Address("192.0.2.7", 40001)


def test_each_section_has_the_relay_alone():
    lines = moved(SDP, Address("127.0.0.1", 5)).split("\r\n")
    assert [line for line in lines if line.startswith("a=candidate:")] == [
        "a=candidate:c 1 udp 2130706431 127.0.0.1 5 typ host generation 0",
        "a=candidate:c 1 udp 2130706431 127.0.0.1 5 typ host",
    ]
    others = [line for line in SDP.split("\r\n") if "candidate:" not in line]
    assert [line for line in lines if "candidate:" not in line] == others


def test_nothing_to_relay():
    with pytest.raises(NoAddress):
        first("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n")
