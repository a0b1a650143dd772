"""What we do to the insides of aiortc and aioice, with the versions that it was made for.

Fails when another version comes: look at each of these places then, and at the measurements in
server/webrtc/README.md, before the numbers here are changed.
"""

import datetime
from importlib.metadata import version

import aioice.ice
import pytest
from aiortc import RTCCertificate, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtcdtlstransport import SRTP_PROFILES
from aiortc.rtp import RtpPacket
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from OpenSSL import SSL

from server.webrtc import private
from tests.server.shared import until


def test_the_versions() -> None:
    assert {name: version(name) for name in private.VERSIONS} == private.VERSIONS


async def test_the_buffer_is_where_it_was() -> None:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    receiver = connection.addTransceiver("audio").receiver
    before = getattr(receiver, private.BUFFER)
    assert before.add(RtpPacket(payload=b"")) == (False, None)
    heard: list[RtpPacket] = []
    private.tap(receiver, heard.append)
    packet = RtpPacket(sequence_number=7)
    assert getattr(receiver, private.BUFFER).add(packet) == (False, None)
    assert heard == [packet]
    with pytest.raises(AttributeError):
        private.tap(connection, heard.append)  # type: ignore[arg-type]
    await connection.close()


def test_loopback_is_left_out_unless_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["192.0.2.1"])
    private.reach_loopback()
    ask = aioice.ice.get_host_addresses
    assert ask(use_ipv4=True, use_ipv6=True) == ["192.0.2.1", "127.0.0.1"]
    assert ask(use_ipv4=False, use_ipv6=True) == ["192.0.2.1"]


def rsa_certificate() -> RTCCertificate:
    key = rsa.generate_private_key(65_537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "publisher")])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .sign(key, hashes.SHA256())
    )
    return RTCCertificate(key=key, cert=made)  # type: ignore[arg-type]


async def test_a_publisher_may_have_an_rsa_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """As GStreamer has: without the suites for it there is no shared cipher."""
    original = RTCCertificate._create_ssl_context
    monkeypatch.setattr(RTCCertificate, "_create_ssl_context", original)
    private.admit_rsa()
    context = RTCCertificate.generateCertificate()._create_ssl_context(SRTP_PROFILES)
    suites = SSL.Connection(context).get_cipher_list()
    assert {each.decode() for each in private.CIPHERS.split(b":")} <= set(suites)
    ours, theirs = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in "ab")
    theirs._RTCPeerConnection__certificates = [rsa_certificate()]  # type: ignore[attr-defined]
    theirs.createDataChannel("captions")
    await theirs.setLocalDescription(await theirs.createOffer())
    offer = theirs.localDescription.sdp
    await ours.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    await ours.setLocalDescription(await ours.createAnswer())
    answer = RTCSessionDescription(ours.localDescription.sdp, "answer")
    await theirs.setRemoteDescription(answer)
    try:
        await until(lambda: ours.connectionState == theirs.connectionState == "connected")
    finally:
        await theirs.close()
        await ours.close()
