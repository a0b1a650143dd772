from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace

from server.uploads.signing import signed, valid
from storage.records import Upload
from tests.storage.shared import NOON, an_upload

SECRET = b"s" * 32
UPLOAD = Upload(key="ann/s1/upload", content_type="audio/wav", bytes=9)
UNTIL = NOON + timedelta(hours=1)


def told(base: str = "http://a") -> tuple[str, int, str]:
    """Path, expiry and signature of an address."""
    address = urlsplit(signed(SECRET, base, an_upload(), UPLOAD, UNTIL).url)
    query = parse_qs(address.query)
    return address.path, int(query["expires"][0]), query["signature"][0]


def test_an_address_is_good_for_what_it_was_made_for() -> None:
    made = signed(SECRET, "https://a/b/", an_upload(), UPLOAD, UNTIL)
    assert made.url.startswith("https://a/b/v1/uploads/s1?expires=")
    assert (made.method, made.headers) == ("PUT", {"content-type": "audio/wav"})
    assert made.expires_at == UNTIL.replace(microsecond=0)
    path, expires, signature = told()
    assert path == "/v1/uploads/s1"
    assert valid(SECRET, "s1", UPLOAD, expires, signature, NOON)
    assert not valid(SECRET, "s1", UPLOAD, expires, signature, made.expires_at)


@pytest.mark.parametrize(
    "other",
    [
        replace(UPLOAD, bytes=10),
        replace(UPLOAD, content_type="audio/flac"),
        replace(UPLOAD, key="ann/s2/upload"),
    ],
)
def test_an_address_is_good_for_nothing_else(other: Upload) -> None:
    _, expires, signature = told()
    assert not valid(SECRET, "s1", other, expires, signature, NOON)
    assert not valid(SECRET, "s2", UPLOAD, expires, signature, NOON)
    assert not valid(b"t" * 32, "s1", UPLOAD, expires, signature, NOON)
    assert not valid(SECRET, "s1", UPLOAD, expires + 1, signature, NOON)
    for wrong in ("", "0" * 64, signature.upper(), "\xe9" * 64):
        assert not valid(SECRET, "s1", UPLOAD, expires, wrong, datetime(2000, 1, 1, tzinfo=UTC))
