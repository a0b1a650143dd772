"""Offers as programs make them, what is handed on of them, and what they are answered."""

import pytest

from server.webrtc import sdp
from server.webrtc.sections import BadOffer

HEAD = "v=0\r\no=- 4 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
ICE = (
    "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n"
    "a=fingerprint:sha-256 AA:BB\r\na=setup:actpass\r\n"
)
AUDIO = (
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0\r\nc=IN IP4 0.0.0.0\r\n" + ICE + "a=mid:0\r\n"
    "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:9 urn:other with words\r\n"
    "a=sendonly\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10\r\n"
    "a=rtpmap:63 red/48000/2\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\n"
    "a=ssrc:1 whatever\r\na=candidate:1 1 udp 2130706431 192.0.2.7 5000 typ host generation 0\r\n"
)
DATA = (
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n"
    + ICE
    + "a=mid:9\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n"
)


def video(mid: str, codec: str) -> str:
    return (
        f"m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\n{ICE}a=mid:{mid}\r\n"
        f"a=sendonly\r\na=rtpmap:96 {codec}/90000\r\n"
    )


def offered(*sections: str, head: str = HEAD, bundle: str | None = "0 9") -> sdp.Offer:
    group = f"a=group:BUNDLE {bundle}\r\n" if bundle else ""
    return sdp.offer((head + group + "".join(sections)).encode())


def test_of_sound_and_data_what_is_understood_is_handed_on() -> None:
    offer = offered(AUDIO, DATA)
    assert offer.rejected == ()
    assert (offer.ufrag, offer.password) == ("abcd", "abcdefghijklmnopqrstuv")
    lines = offer.sdp.split("\r\n")
    assert "a=group:BUNDLE 0 9" in lines
    assert "m=audio 9 UDP/TLS/RTP/SAVPF 111" in lines
    assert "a=rtpmap:111 opus/48000/2" in lines
    assert "a=candidate:1 1 udp 2130706431 192.0.2.7 5000 typ host" in lines
    assert "m=application 9 UDP/DTLS/SCTP webrtc-datachannel" in lines
    assert "a=sctp-port:5000" in lines and "a=max-message-size:262144" in lines
    assert lines.count("a=ice-ufrag:abcd") == 2
    for word in ("G722", "PCMU", "red", "ssrc", "words", "fmtp"):
        assert word not in offer.sdp


def test_line_ends_may_be_those_of_a_text_file() -> None:
    text = HEAD + "a=group:BUNDLE 0 9\r\n" + AUDIO + DATA
    assert sdp.offer(text.replace("\r\n", "\n").encode()) == sdp.offer(text.encode())


def test_video_is_rejected_in_its_place_as_obs_offers_it() -> None:
    videos = [video(mid, codec) for mid, codec in (("1", "H264"), ("2", "H265"), ("3", "AV1"))]
    offer = offered(videos[0], AUDIO, videos[1], DATA, videos[2], bundle="1 0 2 9 3")
    assert "video" not in offer.sdp and "a=group:BUNDLE 0 9\r\n" in offer.sdp
    assert [each.index for each in offer.rejected] == [0, 2, 4]
    answer = sdp.answer(offer, ANSWER, None)
    kinds = [line.split()[0:2] for line in answer.split("\r\n") if line.startswith("m=")]
    assert kinds == [
        ["m=video", "0"],
        ["m=audio", "50000"],
        ["m=video", "0"],
        ["m=application", "50000"],
        ["m=video", "0"],
    ]
    assert "a=group:BUNDLE 0 9\r\n" in answer
    first = answer.split("m=")[1].split("\r\n")
    assert first[:4] == [
        "video 0 UDP/TLS/RTP/SAVPF 96 97",
        "c=IN IP4 0.0.0.0",
        "a=inactive",
        "a=mid:1",
    ]


ANSWER = (
    "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 9\r\n"
    "m=audio 50000 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 172.17.0.2\r\na=recvonly\r\na=mid:0\r\n"
    "a=candidate:1 1 udp 1 172.17.0.2 50000 typ host\r\n"
    "a=candidate:2 1 udp 1 fd00::2 50001 typ host\r\n"
    "a=candidate:3 1 udp 1 127.0.0.1 50002 typ host\r\n"
    "a=end-of-candidates\r\n"
    "m=application 50000 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 172.17.0.2\r\na=mid:9\r\n"
)


def test_the_announced_address_takes_the_place_of_our_own() -> None:
    answer = sdp.answer(offered(AUDIO, DATA), ANSWER, "203.0.113.5")
    assert answer.count("c=IN IP4 203.0.113.5\r\n") == 2
    assert "a=candidate:1 1 udp 1 203.0.113.5 50000 typ host\r\n" in answer
    assert "fd00::2" in answer and "127.0.0.1 50002" in answer and "172.17" not in answer
    six = sdp.answer(offered(AUDIO, DATA), ANSWER, "2001:db8::5")
    assert "2001:db8::5 50001" in six and "172.17.0.2 50000" in six
    assert sdp.answer(offered(AUDIO, DATA), ANSWER, None) == ANSWER


def test_who_bundles_nothing_is_answered_so() -> None:
    offer = offered(AUDIO, bundle=None)
    assert "BUNDLE" not in offer.sdp
    assert "BUNDLE" not in sdp.answer(offer, ANSWER, None)


def test_a_section_may_leave_its_transport_to_the_one_it_is_bundled_with() -> None:
    bare = AUDIO.replace(ICE, "a=bundle-only\r\n").replace("m=audio 9", "m=audio 0")
    offer = offered(video("1", "VP8"), bare, bundle="1 0")
    assert "m=audio 9 " in offer.sdp and "a=ice-ufrag:abcd" in offer.sdp
    assert "a=fingerprint:sha-256 AA:BB" in offer.sdp and "a=setup:actpass" in offer.sdp
    fingerprint = "a=fingerprint:sha-256 AA:BB\r\na=setup:actpass\r\n"
    firefox = offered(AUDIO.replace(fingerprint, ""), head=HEAD + fingerprint)
    assert firefox.sdp.count("a=fingerprint:") == firefox.sdp.count("a=setup:") == 1
    whole = offered(AUDIO.replace(ICE, ""), head=HEAD + ICE)
    assert "a=ice-ufrag:abcd" in whole.sdp and whole.ufrag == "abcd"


CANDIDATES = [
    ("2 1 UDP 1 198.51.100.1 9 typ srflx raddr 0.0.0.0 rport 0", True),
    ("2 1 udp 1 something.local 9 typ host", True),
    ("2 1 tcp 1 198.51.100.1 9 typ host tcptype active", False),
    ("2 2 udp 1 198.51.100.1 9 typ host", False),
    ("2 1 udp 1 198.51.100.1 99999 typ host", False),
    ("2 1 udp 1 198.51.100.1 0 typ host", False),
    ("2 1 udp x 198.51.100.1 9 typ host", False),
    ("2 1 udp 1 198.51.100.1 9 typ other", False),
    ("2 1 udp", False),
    ("", False),
]


@pytest.mark.parametrize(("candidate", "taken"), CANDIDATES, ids=lambda it: str(it)[:40])
def test_addresses_that_cannot_be_used_are_left_out(candidate: str, taken: bool) -> None:
    offer = offered(AUDIO + f"a=candidate:{candidate}\r\n")
    assert offer.sdp.count("a=candidate:") == 1 + taken
    found = sdp.fragment(f"a=mid:0\r\na=candidate:{candidate}\r\n".encode())
    assert len(found.candidates) == taken


def test_no_more_addresses_than_anybody_needs() -> None:
    many = "".join(f"a=candidate:{n} 1 udp 1 192.0.2.1 {n + 1} typ host\r\n" for n in range(600))
    assert offered(AUDIO + many).sdp.count("a=candidate:") == sdp.CANDIDATES
    assert len(sdp.fragment(many.encode()).candidates) == sdp.CANDIDATES


BAD = {
    "nothing": ("", 400, "bad_sdp"),
    "no sdp": ("hello", 400, "bad_sdp"),
    "no section": (HEAD, 422, "no_audio"),
    "video alone": (HEAD + video("0", "H264"), 422, "no_audio"),
    "data alone": (HEAD + DATA, 422, "no_audio"),
    "audio that only listens": (HEAD + AUDIO.replace("sendonly", "recvonly"), 422, "no_audio"),
    "audio that is off": (HEAD + AUDIO.replace("m=audio 9", "m=audio 0"), 422, "no_audio"),
    "two audio": (HEAD + AUDIO + AUDIO.replace("mid:0", "mid:1"), 422, "two_audio"),
    "no opus": (HEAD + AUDIO.replace("opus", "speex"), 422, "no_opus"),
    "opus that is not offered": (HEAD + AUDIO.replace(" 111 63", " 63"), 422, "no_opus"),
    "no dtls": (HEAD + AUDIO.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"), 422, "no_opus"),
    "no ufrag": (HEAD + AUDIO.replace("a=ice-ufrag:abcd\r\n", ""), 400, "bad_sdp"),
    "no fingerprint": (HEAD + AUDIO.replace("a=fingerprint", "a=finger"), 400, "bad_sdp"),
    "one mid for two": (HEAD + AUDIO + DATA.replace("mid:9", "mid:0"), 400, "bad_sdp"),
    "a broken section": (HEAD + "m=audio\r\n", 400, "bad_sdp"),
    "too many sections": (HEAD + AUDIO + DATA * 40, 400, "bad_sdp"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_offer_for_us(name: str) -> None:
    text, status, code = BAD[name]
    with pytest.raises(BadOffer) as bad:
        sdp.offer(text.encode())
    assert (bad.value.status, bad.value.code) == (status, code)
    assert str(bad.value)


def test_what_is_no_text() -> None:
    with pytest.raises(BadOffer):
        sdp.offer(b"v=0\r\n\xff\xfe")


def test_a_fragment() -> None:
    body = (
        "a=ice-ufrag:abcd\r\na=ice-pwd:secret\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
        "a=candidate:1 1 udp 9 192.0.2.7 5000 typ host ufrag abcd\r\na=end-of-candidates\r\n"
    )
    found = sdp.fragment(body.encode())
    assert found == sdp.Fragment(
        ("abcd",), ("secret",), ("1 1 udp 9 192.0.2.7 5000 typ host",), True
    )
    assert sdp.fragment(b"") == sdp.Fragment((), (), (), False)


@pytest.mark.parametrize("body", [b"hello", b"{}", b"\xff", b"a=x\r\nwhat"], ids=repr)
def test_what_is_no_fragment(body: bytes) -> None:
    with pytest.raises(BadOffer) as bad:
        sdp.fragment(body)
    assert bad.value.status == 400
