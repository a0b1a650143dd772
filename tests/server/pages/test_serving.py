"""Pages and modules over HTTP."""

import asyncio
from pathlib import Path

import pytest

from server.pages.serving import pages_of
from tests.server.shared import Running, settings_for

PLAIN = ["/assets/base.css", "/assets/icon.svg"]


@pytest.mark.parametrize("path", PLAIN)
async def test_a_file_goes_out_with_its_headers(server: Running, path: str) -> None:
    answer = await server.get(path)
    assert answer.status_code == 200
    kind = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}[path.rpartition(".")[2]]
    assert answer.headers["content-type"] == kind
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "microphone=(self)" in answer.headers["permissions-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert "set-cookie" not in answer.headers


async def test_what_a_browser_has_is_not_sent_again(server: Running) -> None:
    first = await server.get(PLAIN[0])
    again = await server.get(PLAIN[0], **{"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "cache-control", "content-security-policy"):
        assert again.headers[name] == first.headers[name]
    other = await server.get(PLAIN[0], **{"if-none-match": '"another"'})
    assert (other.status_code, other.content) == (200, first.content)


async def test_a_head_has_the_length_and_no_body(server: Running) -> None:
    whole, head = await server.get(PLAIN[0]), await server.http.head(PLAIN[0])
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "etag"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize(
    "target",
    [
        "/assets/../files.py",
        "/assets/%2e%2e/files.py",
        "/assets/..%2ffiles.py",
        "/assets/..%5cfiles.py",
        "/browser/../../pyproject.toml",
        "/browser//etc/passwd",
        "/assets/base.css%00.html",
        "/assets/",
        "/assets/serving.py",
        "/browser/README.md",
    ],
)
async def test_no_path_leads_to_another_file(server: Running, target: str) -> None:
    """As it stands on the wire: a client's library would tidy it up."""
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    request = f"GET {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
    writer.write(request.encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.split(b" ", 2)[1] == b"404"


async def test_only_reading(server: Running) -> None:
    answer = await server.http.post("/upload")
    assert answer.status_code == 405


def test_the_public_store_is_in_the_policy(tmp_path: Path) -> None:
    s3 = {"s3_url": "http://10.0.0.9:8333", "s3_access_key": "a", "s3_secret_key": "b"}
    public = s3 | {"s3_public_url": "https://store.example"}
    for given, origin in ((s3, s3["s3_url"]), (public, "https://store.example"), ({}, None)):
        settings = settings_for(tmp_path, "postgresql://nobody@nowhere/none", storage=given)
        answer = pages_of(settings).page("assets/base.css")
        policy = answer.headers["content-security-policy"]
        assert (origin is None and "http" not in policy) or f"ws: wss: {origin};" in policy
