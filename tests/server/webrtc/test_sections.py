import pytest

from server.webrtc.sections import SECTIONS, BadOffer, Section, named, parsed, text, values

HEAD = "v=0\r\ns=-\r\na=group:BUNDLE a b\r\na=ice-lite\r\n"


def test_sections_and_what_is_said_of_them() -> None:
    head, sections = parsed(
        HEAD + "m=audio 9 RTP/AVP 0 8\r\nc=IN IP4 0.0.0.0\r\na=mid:a \r\na=x\r\n"
    )
    assert head == ["group:BUNDLE a b", "ice-lite"]
    assert sections == [Section(0, "audio", 9, "RTP/AVP", "0 8", ("mid:a", "x"))]
    assert (sections[0].mid, sections[0].values("mid")) == ("a", ["a"])


def test_a_section_without_a_name_is_called_by_its_number() -> None:
    _, sections = parsed("v=0\nm=audio 9 X 0\nm=video 9 X 0\n")
    assert [each.mid for each in sections] == ["0", "1"]


def test_attributes_by_their_names() -> None:
    lines = ["candidate:1", "candidate:2", "candidates:3", "end-of-candidates"]
    assert values(lines, "candidate") == ["1", "2"]
    assert named(lines, "candidate") == ["candidate:1", "candidate:2"]
    assert named(lines, "end-of-candidates") == ["end-of-candidates"]


@pytest.mark.parametrize(
    "sdp",
    ["", "m=audio 9 X 0\n", "v=1\n", "v=0\nm=\n", "v=0\nm=audio 9 X \n", "v=0\nm=au dio 9 X 0\n"]
    + ["v=0\n" + "m=audio 9 X 0\n" * (SECTIONS + 1), "v=0\n" + "m=audio 9 X 0\na=mid:0\n" * 2],
    ids=lambda sdp: repr(sdp[:24]),
)
def test_what_is_no_description(sdp: str) -> None:
    with pytest.raises(BadOffer) as bad:
        parsed(sdp)
    assert bad.value.status == 400


def test_what_is_no_text() -> None:
    assert text("ü".encode()) == "ü"
    with pytest.raises(BadOffer):
        text(b"\xff")
