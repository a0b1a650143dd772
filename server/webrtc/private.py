"""All that we do to the insides of aiortc and aioice, whose versions are pinned for it.

Each is a few names that another version may spell otherwise: tests/server/webrtc/test_private.py
fails when it does. Decides nothing.
"""

from collections.abc import Callable
from typing import Any

import aioice.ice
from aiortc import RTCRtpReceiver
from aiortc.rtcdtlstransport import RTCCertificate
from aiortc.rtp import RtpPacket

VERSIONS = {"aiortc": "1.16.0", "aioice": "0.13.0"}
BUFFER = "_RTCRtpReceiver__jitter_buffer"

CIPHERS = b":".join(
    (
        *(b"ECDHE-ECDSA-AES128-GCM-SHA256", b"ECDHE-ECDSA-CHACHA20-POLY1305"),
        *(b"ECDHE-ECDSA-AES128-SHA", b"ECDHE-ECDSA-AES256-SHA"),
        *(b"ECDHE-RSA-AES128-GCM-SHA256", b"ECDHE-RSA-AES256-GCM-SHA384"),
        *(b"ECDHE-RSA-CHACHA20-POLY1305", b"ECDHE-RSA-AES128-SHA"),
    )
)
"""Its own, and those for publishers with an RSA key: GStreamer has one."""

Heard = Callable[[RtpPacket], None]


class Tap:
    """In the place of a jitter buffer, which would hold 80 ms always and, after one lost packet,
    280 ms for good. All packets are for `heard`, and none for the decoder and its thread."""

    def __init__(self, heard: Heard) -> None:
        self.heard = heard

    def add(self, packet: RtpPacket) -> tuple[bool, None]:
        self.heard(packet)
        return False, None


def tap(receiver: RTCRtpReceiver, heard: Heard) -> None:
    """From now on each packet of the receiver is told to `heard`."""
    if not hasattr(receiver, BUFFER):
        raise AttributeError(f"RTCRtpReceiver has no {BUFFER}")
    setattr(receiver, BUFFER, Tap(heard))


def admit_rsa() -> None:
    """Publishers may have a certificate with an RSA key."""
    original = RTCCertificate._create_ssl_context

    def context(self: RTCCertificate, srtp_profiles: list[Any]) -> Any:
        made = original(self, srtp_profiles)
        made.set_cipher_list(CIPHERS)
        return made

    RTCCertificate._create_ssl_context = context  # type: ignore[method-assign]


def reach_loopback() -> None:
    """Publishers on this machine may use 127.0.0.1, which is left out otherwise."""
    original = aioice.ice.get_host_addresses

    def addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return [*original(use_ipv4, use_ipv6), *(["127.0.0.1"] if use_ipv4 else [])]

    aioice.ice.get_host_addresses = addresses
