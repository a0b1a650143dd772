"""What is said around an offer, as the server reads it."""

from server.webrtc import sdp, turn
from tests.clients.browser.shared import Runs

OFFER = "\r\n".join(
    [
        *("v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1"),
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        *("c=IN IP4 0.0.0.0", "a=ice-ufrag:EsAw", "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1", "a=mid:0"),
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        *("a=ice-ufrag:other", "a=mid:1", ""),
    ]
)


async def test_candidates_are_understood(runs: Runs) -> None:
    first = "candidate:1 1 udp 2122260223 127.0.0.1 51000 typ host generation 0 ufrag EsAw"
    make = "return module.fragment(given[0], [given[1]], given[2])"
    found = sdp.fragment((await runs("trickle.js", make, [OFFER, first, False])).encode())
    assert (found.ufrags, found.passwords) == (("EsAw",), ("P2uYro0UCOQ4zxjKXaWCBui1",))
    assert [each.split()[4] for each in found.candidates] == ["127.0.0.1"]
    assert not found.last
    assert sdp.fragment((await runs("trickle.js", make, [OFFER, first, True])).encode()).last


async def test_the_address_of_a_room(runs: Runs) -> None:
    make = "return module.whipUrl(...given)"
    wishes = {"language": "en", "hotwords": "a b,c", "endpoint_ms": 300, "words": False}
    assert await runs("trickle.js", make, ["https://host:1/x?y", "a/b ?", wishes]) == (
        "https://host:1/whip/a%2Fb%20%3F?language=en&hotwords=a+b%2Cc&endpoint_ms=300&words=false"
    )


async def test_ice_servers_with_and_without_credentials(runs: Runs) -> None:
    servers = ("stun:stun.example:3478", "turn:turn.example?transport=udp")
    links = [*turn.links(servers, b"secret", 60, 1000.0), '</captions/x/events>; rel="urn:x"']
    plain, trusted = await runs("trickle.js", "return module.iceServers(given)", ", ".join(links))
    assert plain == {"urls": servers[0]}
    assert trusted == {
        "urls": servers[1],
        "username": "1060:captionflow",
        "credential": turn.credential(b"secret", "1060:captionflow"),
    }
    assert await runs("trickle.js", "return module.iceServers(null)") == []
