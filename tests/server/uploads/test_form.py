import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.uploads.form import BadForm, End, Field, File, Form
from tests.server.uploads.shared import BOUNDARY, FORM, form, part

TYPE = FORM["content-type"]
DATA = b"\r\n--a-boundar\r\n--" + bytes(range(256)) * 9 + b"\r"
BODY = form(part("language", "en"), part("file", DATA, "a.wav", "audio/wav"), part("model", "b"))


def parsed(pieces: list[bytes]) -> tuple[list[object], bytes]:
    """All but the bytes of the file, and these."""
    told, parts, data = Form(TYPE), [], b""
    for piece in pieces:
        for each in told.feed(piece):
            if isinstance(each, bytes):
                data += each
            else:
                parts.append(each)
    told.finish()
    return parts, data


@given(st.lists(st.integers(0, len(BODY)), max_size=20))
def test_it_is_the_same_however_it_is_cut(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(BODY)]
    pieces = [BODY[a:b] for a, b in zip(places, places[1:], strict=False)]
    assert parsed(pieces) == (
        [Field("language", "en"), File("a.wav", "audio/wav"), End(), Field("model", "b")],
        DATA,
    )


def test_what_comes_before_and_after_is_passed_over() -> None:
    body = b"hello\r\n" + form(part("file", b"1")) + b"good bye"
    assert parsed([body, b"and more"]) == ([File(None, None), End()], b"1")


def test_it_keeps_no_more_than_it_has_to() -> None:
    told, most = Form(TYPE), 0
    list(told.feed(part("file", b"", "a")[:-2]))
    for _ in range(50):
        most = max(most, *(len(each) for each in told.feed(b"x" * 1000) if isinstance(each, bytes)))
    assert most <= 1000 + len(BOUNDARY) + 8


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (None, 415),
        ("", 415),
        ("text/plain", 415),
        ("multipart/mixed; boundary=x", 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=", 400),
        ('multipart/form-data; boundary=""', 400),
        ("multipart/form-data; boundary=" + "x" * 71, 400),
        ('multipart/form-data; boundary="\xe9"', 400),
        ('multipart/form-data; boundary="a\nb"', 400),
    ],
)
def test_a_header_that_will_not_do(kind: str | None, status: int) -> None:
    with pytest.raises(BadForm) as caught:
        Form(kind)
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "bad_form"),
        (b"x" * 999, 400, "bad_form"),
        (BODY[:-8], 400, "bad_form"),
        (BODY[:60], 400, "bad_form"),
        (form(), 400, "no_file"),
        (form(part("language", "en")), 400, "no_file"),
        (form(part("file", "1"), part("file", "2")), 400, "several_files"),
        (form(part("picture", "1", "a.png")), 400, "bad_form"),
        (form(part("language", b"\xff")), 400, "bad_form"),
        (form(part("language", b"x" * 4097)), 413, "bad_form"),
        (form(*[part("a", "1")] * 129), 413, "bad_form"),
        (part("a" * 5000, "1"), 413, "bad_form"),
        (f"--{BOUNDARY}\r\nno header\r\n\r\n".encode(), 400, "bad_form"),
        (f"--{BOUNDARY}\r\nContent-Type: a/b\r\n\r\n1\r\n".encode(), 400, "bad_form"),
        (f"--{BOUNDARY}\r\nContent-Disposition: attachment\r\n\r\n".encode(), 400, "bad_form"),
        (f"--{BOUNDARY}\n".encode(), 400, "bad_form"),
    ],
)
def test_a_body_that_will_not_do(body: bytes, status: int, code: str) -> None:
    for pieces in ([body], [body[at : at + 1] for at in range(len(body))]):
        with pytest.raises(BadForm) as caught:
            parsed(pieces)
        assert (caught.value.status, caught.value.code) == (status, code)
