import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from storage.errors import Missing, Unavailable
from storage.s3.bucket import Bucket, Refused
from storage.settings import S3Settings
from tests.storage.seaweed import SECRET, Seaweed

numbers = itertools.count(1)


@pytest.fixture
def prefix(s3_settings: S3Settings) -> str:
    return s3_settings.prefix


def test_it_is_made_once(seaweed: Seaweed) -> None:
    settings = seaweed.settings(bucket=f"made-{next(numbers)}")
    with closing(Bucket(settings, 1)) as bucket:
        with pytest.raises(Refused, match="NoSuchBucket"):
            list(bucket.stats(""))
        bucket.make()
        bucket.make()
        assert list(bucket.stats("")) == []


def test_pages_of_other_origins_may_put_with_a_signed_address(seaweed: Seaweed) -> None:
    settings = seaweed.settings(bucket=f"made-{next(numbers)}")
    with closing(Bucket(settings, 1)) as bucket:
        bucket.make()
    asks = {"Origin": "http://page.test", "Access-Control-Request-Method": "PUT"}
    url = f"{settings.url}/{settings.bucket}/a"
    answer = httpx.options(url, headers=asks | {"Access-Control-Request-Headers": "content-type"})
    assert answer.status_code in (200, 204), answer.text
    assert answer.headers["access-control-allow-origin"] in ("*", "http://page.test")
    assert "PUT" in answer.headers["access-control-allow-methods"]


async def test_several_servers_may_make_it_at_once(seaweed: Seaweed) -> None:
    settings = seaweed.settings(bucket=f"made-{next(numbers)}")
    buckets = [Bucket(settings, 1) for _ in range(8)]
    await asyncio.gather(*(asyncio.to_thread(bucket.make) for bucket in buckets))
    assert list(buckets[0].stats("")) == []
    for bucket in buckets:
        bucket.close()


def test_a_window_names_what_it_was_cut_from(bucket: Bucket, prefix: str) -> None:
    bucket.put(f"{prefix}a", b"abcdef", "x/y")
    window = bucket.window(f"{prefix}a", 1, 3)
    assert window is not None
    assert window.data == b"bcd"
    assert bucket.window(f"{prefix}a", 4, 100, window.version).data == b"ef"  # type: ignore[union-attr]
    assert bucket.window(f"{prefix}a", 6, 1, window.version) is None
    bucket.put(f"{prefix}a", b"ABCDEF", "x/y")
    with pytest.raises(Refused, match="PreconditionFailed"):
        bucket.window(f"{prefix}a", 4, 2, window.version)
    with pytest.raises(Missing):
        bucket.window(f"{prefix}b", 0, 1)


def test_what_was_begun_is_known_until_it_is_over(bucket: Bucket, prefix: str) -> None:
    assert bucket.begun(prefix) == []
    begun = bucket.begin(f"{prefix}a", "x/y")
    part = bucket.part(begun, 1, b"abc")
    (found,) = bucket.begun(prefix)
    assert (found.name, found.id) == (begun.name, begun.id)
    assert found.at is not None
    assert abs(found.at - datetime.now(UTC)) < timedelta(minutes=1)
    bucket.finish(begun, [part])
    assert bucket.begun(prefix) == []
    bucket.abort(begun)  # is too late, and nothing happens
    assert bucket.stat(f"{prefix}a").bytes == 3


def test_parts_that_never_were_are_refused(bucket: Bucket, prefix: str) -> None:
    begun = bucket.begin(f"{prefix}a", "x/y")
    bucket.abort(begun)
    bucket.abort(begun)
    with pytest.raises(Refused, match="NoSuchUpload"):
        bucket.part(begun, 1, b"abc")
    with pytest.raises(Unavailable):
        bucket.finish(begun, [])
    assert list(bucket.stats(prefix)) == []


@pytest.mark.parametrize("wrong", [{"secret_key": "sesame"}, {"access_key": "sesame"}])
def test_wrong_keys_are_refused_and_not_shown(seaweed: Seaweed, wrong: dict[str, str]) -> None:
    with closing(Bucket(seaweed.settings(**wrong), 1)) as bucket:
        for attempt in (
            bucket.make,
            lambda: bucket.put("a", b"1", "x/y"),
            lambda: bucket.stat("a"),
            lambda: bucket.window("a", 0, 1),
            lambda: list(bucket.stats("")),
            lambda: bucket.delete(["a"]),
            lambda: bucket.begin("a", "x/y"),
            lambda: bucket.begun(""),
        ):
            with pytest.raises(Refused) as caught:
                attempt()
            assert "sesame" not in str(caught.value)
            assert SECRET not in str(caught.value)


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[str]:
    """The address of a server that says this to everything, and hangs up."""

    async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answered, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


PAGE = b"HTTP/1.1 %s\r\ncontent-type: %s\r\ncontent-length: 9\r\n\r\n<p>Hello!"
ELSEWHERE = b"HTTP/1.1 307 No\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        PAGE % (b"200 OK", b"text/html"),
        PAGE % (b"404 Not Found", b"text/html"),
        PAGE % (b"503 Busy", b"application/xml"),
        PAGE % (b"500 No", b"text/html"),
        b"HTTP/1.1 206 OK\r\ncontent-length: 100\r\n\r\ntorn",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n\xff\xfe",
        ELSEWHERE,
        b"SSH-2.0-OpenSSH_9\r\n",
        b"",
    ],
)
async def test_what_is_no_s3_store_is_unavailable(seaweed: Seaweed, answer: bytes) -> None:
    async with answering(answer) as url:
        with closing(Bucket(seaweed.settings(url=url), 1)) as bucket:
            for attempt in (lambda: list(bucket.stats("")), lambda: bucket.begin("a", "x/y")):
                with pytest.raises(Unavailable, match="object store"):
                    await asyncio.to_thread(attempt)


@pytest.fixture
def names(prefix: str) -> Iterator[list[str]]:
    yield [f"{prefix}{number}" for number in range(3)]


def test_many_are_deleted_in_one_request(bucket: Bucket, prefix: str, names: list[str]) -> None:
    for name in names:
        bucket.put(name, b"1", "x/y")
    assert sorted(found.key for found in bucket.stats(prefix)) == names
    bucket.delete([*names, f"{prefix}missing"])
    assert list(bucket.stats(prefix)) == []
