"""What is S3's own; test_objects holds it to what every store promises."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from storage.errors import Unavailable
from storage.records import Signed
from storage.s3.bucket import PART, Bucket, Refused
from storage.s3.store import S3Objects, connected
from storage.settings import S3Settings
from tests.storage.seaweed import SECRET, Seaweed

MINUTE = timedelta(minutes=1)
NEVER = datetime.max.replace(tzinfo=UTC)
DATA = os.urandom(1000)


async def everything(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def send(
    signed: Signed | None, content: bytes | AsyncIterator[bytes] = b""
) -> httpx.Response:
    assert signed is not None
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        return await client.request(
            signed.method, signed.url, headers=signed.headers, content=content
        )


def changed(signed: Signed | None, old: str, new: str) -> Signed:
    assert signed is not None
    assert old in signed.url
    return Signed(signed.method, signed.url.replace(old, new), signed.headers, signed.expires_at)


async def test_a_signed_put_takes_what_was_said(s3_objects: S3Objects, bucket: Bucket) -> None:
    signed = s3_objects.signed_put("a/b.wav", "audio/wav", len(DATA), MINUTE)
    assert signed is not None
    assert (signed.method, signed.headers) == ("PUT", {"content-type": "audio/wav"})
    assert abs(signed.expires_at - datetime.now(UTC) - MINUTE) < timedelta(seconds=5)
    assert (await send(signed, DATA)).status_code == 200
    assert await everything(s3_objects.open("a/b.wav")) == DATA
    assert SECRET not in signed.url


@pytest.mark.parametrize("size", [0, len(DATA) - 1, len(DATA) + 1])
async def test_a_signed_put_of_another_size_is_refused(s3_objects: S3Objects, size: int) -> None:
    signed = s3_objects.signed_put("a", "audio/wav", len(DATA), MINUTE)
    assert (await send(signed, bytes(size))).status_code == 403
    assert await s3_objects.list() == []


async def test_a_signed_put_without_a_size_is_refused(s3_objects: S3Objects) -> None:
    async def chunked() -> AsyncIterator[bytes]:
        yield DATA
        yield DATA

    signed = s3_objects.signed_put("a", "audio/wav", len(DATA), MINUTE)
    assert (await send(signed, chunked())).status_code == 403
    assert await s3_objects.list() == []


async def test_what_is_signed_cannot_be_changed(s3_objects: S3Objects) -> None:
    await s3_objects.put_bytes("a", b"old", "x/y")
    await s3_objects.put_bytes("b", b"not yours", "x/y")
    put = s3_objects.signed_put("a", "audio/wav", len(DATA), MINUTE)
    get = s3_objects.signed_get("a", MINUTE, "a.wav")
    assert put is not None
    for tampered in (
        changed(put, "/a?", "/b?"),
        changed(put, "X-Amz-Expires=60", "X-Amz-Expires=600"),
        changed(put, "content-length%3B", ""),
        Signed("PUT", put.url, {"content-type": "text/html"}, put.expires_at),
        Signed("PUT", put.url, {}, put.expires_at),
    ):
        assert (await send(tampered, DATA)).status_code == 403
    for tampered in (
        changed(get, "/a?", "/b?"),
        changed(get, "a.wav", "b.wav"),
        changed(get, "X-Amz-Signature=", "X-Amz-Signature=0"),
        Signed("DELETE", changed(get, "/a?", "/a?").url, {}, put.expires_at),
    ):
        assert (await send(tampered)).status_code == 403
    assert await everything(s3_objects.open("a")) == b"old"
    assert await everything(s3_objects.open("b")) == b"not yours"


@pytest.mark.parametrize("seconds_ago", [0, 61])
async def test_what_is_signed_expires(
    s3_objects: S3Objects, monkeypatch: pytest.MonkeyPatch, seconds_ago: int
) -> None:
    await s3_objects.put_bytes("a", DATA, "x/y")
    then = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    monkeypatch.setattr("storage.s3.store._now", lambda: then)
    put = s3_objects.signed_put("a", "audio/wav", len(DATA), MINUTE)
    get = s3_objects.signed_get("a", MINUTE)
    expected = 403 if seconds_ago else 200
    assert (await send(put, DATA)).status_code == expected
    assert (await send(get)).status_code == expected


async def test_a_signed_get_gives_ranges_and_a_name(s3_objects: S3Objects) -> None:
    await s3_objects.put_bytes("a", DATA, "audio/wav")
    signed = s3_objects.signed_get("a", MINUTE, "Gespräch 1.wav")
    assert signed is not None
    assert (signed.method, signed.headers) == ("GET", {})
    whole = await send(signed)
    assert (whole.status_code, whole.content) == (200, DATA)
    assert whole.headers["content-type"] == "audio/wav"
    assert whole.headers["content-disposition"].endswith("filename*=UTF-8''Gespr%C3%A4ch%201.wav")
    part = await send(Signed("GET", signed.url, {"range": "bytes=5-9"}, signed.expires_at))
    assert (part.status_code, part.content) == (206, DATA[5:10])
    gone = s3_objects.signed_get("missing", MINUTE)
    assert (await send(gone)).status_code == 404


async def test_clients_may_reach_it_by_another_address(seaweed: Seaweed) -> None:
    named = seaweed.url.replace("127.0.0.1", "localhost")
    async with connected(seaweed.settings(public_url=named), start_timeout=30) as objects:
        signed = objects.signed_put("a", "x/y", len(DATA), MINUTE)
        assert signed is not None
        assert signed.url.startswith(f"{named}/tests/")
        by_ip = Signed("PUT", signed.url.replace("localhost", "127.0.0.1"), signed.headers, NEVER)
        assert (await send(by_ip, DATA)).status_code == 403
        async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
            headers = {**signed.headers, "host": named.removeprefix("http://")}
            answer = await client.put(by_ip.url, headers=headers, content=DATA)
        assert answer.status_code == 200


async def test_it_sees_nothing_beside_its_prefix(seaweed: Seaweed) -> None:
    async with (
        connected(seaweed.settings(), start_timeout=30) as ours,
        connected(seaweed.settings(), start_timeout=30) as theirs,
    ):
        await theirs.put_bytes("a", b"theirs", "x/y")
        await ours.put_bytes("a", b"ours", "x/y")
        assert await ours.list() == ["a"]
        await ours.delete_many(["a"])
        assert await everything(theirs.open("a")) == b"theirs"


async def test_names_that_are_no_keys_are_not_ours(
    s3_objects: S3Objects, bucket: Bucket, s3_settings: S3Settings
) -> None:
    for name in ("a", "with space", ".hidden", "folder/"):
        bucket.put(f"{s3_settings.prefix}{name}", b"", "x/y")
    assert await s3_objects.list() == ["a"]


@pytest.mark.parametrize("size", [PART - 1, PART])
async def test_what_is_large_goes_in_parts(
    s3_objects: S3Objects, bucket: Bucket, s3_settings: S3Settings, size: int
) -> None:
    await s3_objects.put_bytes("a", bytes(size), "x/y")
    window = bucket.window(f"{s3_settings.prefix}a", 0, 1)
    assert window is not None
    assert ("-" in window.version) == (size >= PART)  # so S3 names what was put in parts


def calls(objects: S3Objects) -> list[Callable[[], Awaitable[object]]]:
    """One of each that waits for the store."""
    return [
        lambda: objects.put_bytes("b", b"1", "x/y"),
        lambda: objects.put_bytes("b", bytes(PART + 1), "x/y"),
        lambda: everything(objects.open("a")),
        lambda: objects.stat("a"),
        lambda: objects.list(),
        lambda: objects.delete("a"),
        lambda: objects.tidy(NEVER),
    ]


async def test_a_store_that_goes_away_is_unavailable_until_it_is_back(
    seaweed: Seaweed, s3_objects: S3Objects, s3_settings: S3Settings
) -> None:
    await s3_objects.put_bytes("a", DATA, "x/y")
    begun = s3_objects.open("a")
    await asyncio.to_thread(seaweed.stop)
    try:
        for call in calls(s3_objects):
            async with asyncio.timeout(10):
                with pytest.raises(Unavailable, match="the object store is away: "):
                    await call()
        with pytest.raises(Unavailable, match="no object store within 0.5 s: .*away"):
            async with connected(s3_settings, start_timeout=0.5):
                pass
        assert s3_objects.signed_put("a", "x/y", 1, MINUTE)
    finally:
        seaweed.start()  # on this thread, which its end is tied to
    async with connected(s3_settings, start_timeout=30):
        await back(s3_objects)
        assert await everything(begun) == DATA
        for call in calls(s3_objects):
            await call()
        assert await s3_objects.list() == ["b"]


async def back(objects: S3Objects) -> None:
    """Its front answers before what is behind it does."""
    async with asyncio.timeout(30):
        while True:
            with suppress(Unavailable):
                await objects.put_bytes("b", b"1", "x/y")
                await everything(objects.open("a"))
                return
            await asyncio.sleep(0.05)


@pytest.fixture
def deaf_url() -> Iterator[str]:
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


async def test_silence_is_not_waited_for_longer_than_the_timeout(
    seaweed: Seaweed, deaf_url: str
) -> None:
    settings = seaweed.settings(url=deaf_url, timeout=0.2)
    with pytest.raises(Unavailable, match="no object store within 0.5 s: .*(answer|timed out)"):
        async with asyncio.timeout(10), connected(settings, start_timeout=0.5):
            pass


async def test_a_wrong_key_is_told_at_once_and_not_shown(seaweed: Seaweed) -> None:
    settings = seaweed.settings(secret_key="sesame")
    with pytest.raises(Refused, match="refuses: ") as caught:
        async with connected(settings, start_timeout=600):
            pass
    assert "sesame" not in str(caught.value)
