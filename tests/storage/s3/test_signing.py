from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from storage.s3.signing import Signer, attachment

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
EXAMPLE = Signer("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")


def query(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_the_example_of_the_specification() -> None:
    address = EXAMPLE.sign(
        "GET",
        "https://examplebucket.s3.amazonaws.com/test.txt",
        datetime(2013, 5, 24, tzinfo=UTC),
        timedelta(days=1),
    )
    assert query(address) == {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request",
        "X-Amz-Date": "20130524T000000Z",
        "X-Amz-Expires": "86400",
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Signature": "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
    }


def test_headers_and_query_are_signed_too() -> None:
    address = "http://127.0.0.1:9000/bucket/key"
    headers = {"content-type": "x/y", "content-length": "5"}
    signed = EXAMPLE.sign("PUT", address, NOON, HOUR, headers=headers)
    assert query(signed)["X-Amz-SignedHeaders"] == "content-length;content-type;host"
    other = EXAMPLE.sign("PUT", address, NOON, HOUR, headers={**headers, "content-length": "6"})
    assert query(other)["X-Amz-Signature"] != query(signed)["X-Amz-Signature"]
    saved = EXAMPLE.sign("GET", address, NOON, HOUR, query={"a b": 'x="ä"&c'})
    assert query(saved)["a b"] == 'x="ä"&c'


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("https://s3.example:443/b/k", "https://s3.example/b/k?"),
        ("http://s3.example:80/b/k", "http://s3.example/b/k?"),
        ("https://s3.example:80/b/k", "https://s3.example:80/b/k?"),
        ("http://[::1]:9000/b/k", "http://[::1]:9000/b/k?"),
        ("http://s3.example/b/k y", "http://s3.example/b/k%20y?"),
    ],
)
def test_the_host_is_as_clients_send_it(given: str, sent: str) -> None:
    assert EXAMPLE.sign("GET", given, NOON, HOUR).startswith(sent)


@pytest.mark.parametrize("expires", [timedelta(0), timedelta(seconds=-5), timedelta(days=7.1)])
def test_too_soon_or_too_late_is_refused(expires: timedelta) -> None:
    with pytest.raises(ValueError, match="1 s to 7 days"):
        EXAMPLE.sign("GET", "http://s3.example/b/k", NOON, expires)


def test_the_secret_is_not_shown() -> None:
    assert "wJalr" not in f"{EXAMPLE!r} {EXAMPLE}"
    assert "wJalr" not in EXAMPLE.sign("GET", "http://s3.example/b/k", NOON, HOUR)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a b.flac", "attachment; filename=\"a b.flac\"; filename*=UTF-8''a%20b.flac"),
        ('ä"\\\n', "attachment; filename=\"____\"; filename*=UTF-8''%C3%A4%22%5C%0A"),
    ],
)
def test_a_file_name_is_written_for_old_and_new_browsers(name: str, header: str) -> None:
    assert attachment(name) == header
