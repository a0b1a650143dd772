"""One contract, every object store: what the port `Objects` promises."""

import asyncio
import hashlib
import os
import time
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.errors import BadKey, Missing, TooLarge, Unavailable
from storage.folder import FolderObjects
from storage.objects import open_objects
from storage.pieces import PIECE
from storage.ports import Objects
from storage.records import Blob
from storage.s3.bucket import PART
from storage.s3.store import WINDOW, S3Objects
from storage.settings import StorageSettings
from tests.storage.seaweed import ACCESS, SECRET, Seaweed

DATA = os.urandom(PIECE * 2 + 77)
LARGE = os.urandom(PART * 2 + 77)  # three parts, and more than four windows
SHA256 = hashlib.sha256(LARGE).hexdigest()
HOUR = timedelta(hours=1)


@pytest.fixture(params=["folder", "s3"])
def objects(request: pytest.FixtureRequest) -> Objects:
    found: Objects = request.getfixturevalue(f"{request.param}_objects")
    return found


async def everything(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def pieces_of(data: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    for begin in range(0, len(data), size):
        yield data[begin : begin + size]


def left(objects: Objects) -> list[str]:
    """What there is of puts that did not end."""
    match objects:
        case FolderObjects(_root=root):
            return [path.name for path in root.glob(".incoming/*")]
        case S3Objects(_bucket=bucket, _prefix=prefix):
            return [begun.name for begun in bucket.begun(prefix)]
    raise TypeError(objects)


async def test_what_is_put_is_measured_and_comes_back(objects: Objects, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(DATA)
    digest = hashlib.sha256(DATA).hexdigest()
    before = time.time() - 1  # stores keep whole seconds
    assert await objects.put_file("s1/a.flac", source, "audio/flac") == Blob(
        "s1/a.flac", "audio/flac", len(DATA), digest
    )
    assert await objects.put_bytes("s1/b", DATA, "x/y") == Blob("s1/b", "x/y", len(DATA), digest)
    assert await objects.put_stream("s1/c", pieces_of(DATA), "x/y", limit=len(DATA)) == Blob(
        "s1/c", "x/y", len(DATA), digest
    )
    for key in ("s1/a.flac", "s1/b", "s1/c"):
        assert await everything(objects.open(key)) == DATA
        stat = await objects.stat(key)
        assert stat is not None
        assert (stat.key, stat.bytes) == (key, len(DATA))
        assert before < stat.modified.timestamp() < time.time() + 1
    assert source.exists()
    assert left(objects) == []


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, PART * 2, len(LARGE)])
async def test_any_size_comes_back_as_it_was(objects: Objects, size: int) -> None:
    data = LARGE[:size]
    blob = await objects.put_stream("a", pieces_of(data, PIECE), "x/y")
    assert (blob.bytes, blob.sha256) == (size, hashlib.sha256(data).hexdigest())
    assert await everything(objects.open("a")) == data
    assert left(objects) == []


@pytest.mark.parametrize(
    ("start", "length"),
    [(0, 0), (0, 1), (5, 10), (PIECE - 1, 2), (PIECE, PIECE), (3, PIECE * 5), (10**9, None)],
)
async def test_a_range_is_those_bytes(objects: Objects, start: int, length: int | None) -> None:
    await objects.put_bytes("a", DATA, "x/y")
    stop = None if length is None else start + length
    assert await everything(objects.open("a", start, length)) == DATA[start:stop]


async def test_ranges_of_what_is_large_and_of_nothing(objects: Objects) -> None:
    await objects.put_bytes("a", LARGE, "x/y")
    for start, length in ((WINDOW - 1, 2), (WINDOW, WINDOW), (7, PART + 7), (PART - 5, None)):
        stop = None if length is None else start + length
        assert await everything(objects.open("a", start, length)) == LARGE[start:stop]
    await objects.put_bytes("a", b"", "x/y")
    assert await everything(objects.open("a")) == await everything(objects.open("a", 0, 5)) == b""


async def test_pieces_are_small(objects: Objects) -> None:
    await objects.put_bytes("a", LARGE, "x/y")
    assert max([len(piece) async for piece in objects.open("a")]) <= PIECE


async def test_a_reader_never_sees_two_puts_mixed(objects: Objects) -> None:
    await objects.put_bytes("a", LARGE, "x/y")
    pieces = objects.open("a")
    begun = await anext(pieces)
    await objects.put_bytes("a", bytes(len(LARGE)), "x/y")
    try:
        assert begun + await everything(pieces) == LARGE
    except Unavailable as error:
        assert "PreconditionFailed" in str(error)  # the store does not keep what was replaced
    assert await everything(objects.open("a")) == bytes(len(LARGE))


async def test_what_is_missing_is_missing(objects: Objects) -> None:
    await objects.put_bytes("a", b"", "x/y")
    for key in ("b", "a/b", "c/d"):
        assert await objects.stat(key) is None
        for length in (None, 0, 1):
            with pytest.raises(Missing, match=f"no object {key}"):
                await everything(objects.open(key, 0, length))
        await objects.delete(key)
    assert await objects.list() == ["a"]


async def test_delete_takes_one(objects: Objects) -> None:
    await objects.put_bytes("s/a", b"1", "x/y")
    await objects.put_bytes("s/b", b"2", "x/y")
    await objects.delete("s")
    await objects.delete("s/a")
    assert await objects.list() == ["s/b"]


async def test_many_are_deleted_whether_or_not_they_are_there(objects: Objects) -> None:
    for key in ("s/a", "s/b", "t/c", "kept"):
        await objects.put_bytes(key, b"1", "x/y")
    nowhere = [f"s/{number}" for number in range(2500)]
    with pytest.raises(BadKey):
        await objects.delete_many(["s/a", "../kept"])
    await objects.delete_many(["s/a", *nowhere, "t/c", "s/b", "s/b"])
    await objects.delete_many([])
    assert await objects.list() == ["kept"]


async def test_a_list_is_of_keys_that_begin_so(objects: Objects) -> None:
    for key in ("s1/b", "s1/a", "s10/a", "s1-x", "s2/x/y"):
        await objects.put_bytes(key, b"", "x/y")
    assert await objects.list() == ["s1-x", "s1/a", "s1/b", "s10/a", "s2/x/y"]
    assert await objects.list("s1/") == ["s1/a", "s1/b"]
    assert await objects.list("s1") == ["s1-x", "s1/a", "s1/b", "s10/a"]
    assert await objects.list("s2/x") == ["s2/x/y"]
    assert await objects.list("s3/") == []


async def test_a_walk_tells_of_each_what_stat_does(objects: Objects) -> None:
    for number in range(3):
        await objects.put_bytes(f"a/{number}", bytes(number), "x/y")
    await objects.put_bytes("b", b"", "x/y")
    found = {stat.key: stat async for stat in objects.walk("a/")}
    assert sorted(found) == ["a/0", "a/1", "a/2"]
    for key, stat in found.items():
        again = await objects.stat(key)
        assert again is not None
        assert again.bytes == stat.bytes == int(key[-1])
        assert abs(again.modified - stat.modified) < timedelta(seconds=1)  # of which HEAD has none


async def test_a_walk_goes_beyond_a_page(objects: Objects) -> None:
    keys = [f"a/{number}" for number in range(1005)]
    for begin in range(0, len(keys), 100):
        some = keys[begin : begin + 100]
        await asyncio.gather(*(objects.put_bytes(key, b"", "x/y") for key in some))
    assert {stat.key async for stat in objects.walk()} == set(keys)
    assert len(await objects.list("a/")) == 1005
    await objects.delete_many(keys)
    assert await objects.list() == []


BAD = ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", ".hidden", ".incoming/a", "a b", "ä"]


@pytest.mark.parametrize("key", BAD)
async def test_what_is_no_key_is_refused_everywhere(
    objects: Objects, tmp_path: Path, key: str
) -> None:
    source = tmp_path / "x"
    source.write_bytes(b"not yours")
    for attempt in (
        objects.put_bytes(key, b"mine", "x/y"),
        objects.put_file(key, source, "x/y"),
        objects.put_stream(key, pieces_of(b"mine"), "x/y"),
        objects.stat(key),
        objects.delete(key),
        objects.delete_many(["a", key]),
        everything(objects.open(key)),
    ):
        with pytest.raises(BadKey):
            await attempt
    with pytest.raises(BadKey):
        objects.signed_put(key, "x/y", 1, HOUR)
    with pytest.raises(BadKey):
        objects.signed_get(key, HOUR)
    assert source.read_bytes() == b"not yours"
    assert await objects.list() == left(objects) == []


@pytest.mark.parametrize("prefix", ["../", "/", ".", "a//"])
async def test_no_key_begins_so(objects: Objects, prefix: str) -> None:
    with pytest.raises(BadKey):
        await objects.list(prefix)
    with pytest.raises(BadKey):
        await anext(objects.walk(prefix))


async def test_what_is_no_content_type_is_refused(objects: Objects) -> None:
    with pytest.raises(ValueError, match="not a content type"):
        await objects.put_bytes("a", b"1", "x/y\r\nx-evil: 1")
    with pytest.raises(ValueError, match="not a content type"):
        objects.signed_put("a", "x/y\r\nx-evil: 1", 1, HOUR)
    assert await objects.list() == []


@pytest.mark.parametrize("limit", [100, PART + 100])
async def test_what_is_too_large_is_found_out_while_it_comes(objects: Objects, limit: int) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += PIECE
            yield LARGE[:PIECE]

    await objects.put_bytes("a", b"old", "x/y")
    with pytest.raises(TooLarge, match=f"more than {limit} bytes"):
        await objects.put_stream("a", endless(), "x/y", limit)
    assert limit < taken <= limit + PIECE
    assert await everything(objects.open("a")) == b"old"
    assert left(objects) == []


@pytest.mark.parametrize("size", [100, PART + 100])
async def test_a_source_that_fails_leaves_what_was_there(objects: Objects, size: int) -> None:
    async def torn() -> AsyncIterator[bytes]:
        yield LARGE[:size]
        raise ConnectionResetError("the client is gone")

    await objects.put_bytes("a", b"old", "x/y")
    with pytest.raises(ConnectionResetError, match="the client is gone"):
        await objects.put_stream("a", torn(), "x/y")
    assert await everything(objects.open("a")) == b"old"
    assert left(objects) == []


@pytest.mark.parametrize("size", [100, PART + 100])
async def test_a_put_that_is_cancelled_leaves_nothing(objects: Objects, size: int) -> None:
    waiting = asyncio.Event()

    async def stalled() -> AsyncIterator[bytes]:
        yield LARGE[:size]
        waiting.set()
        await asyncio.Event().wait()

    put = asyncio.create_task(objects.put_stream("a", stalled(), "x/y"))
    async with asyncio.timeout(20):
        await waiting.wait()
    put.cancel()
    with pytest.raises(asyncio.CancelledError):
        await put
    assert await objects.list() == left(objects) == []


async def test_a_put_that_is_cancelled_while_it_writes_leaves_nothing(objects: Objects) -> None:
    given = asyncio.Event()

    async def quick() -> AsyncIterator[bytes]:
        yield LARGE
        asyncio.get_running_loop().call_soon(given.set)
        yield LARGE

    put = asyncio.create_task(objects.put_stream("a", quick(), "x/y"))
    async with asyncio.timeout(20):
        await given.wait()
    put.cancel()
    with pytest.raises(asyncio.CancelledError):
        await put
    assert await objects.list() == left(objects) == []


async def test_a_file_that_cannot_be_read_leaves_what_was_there(
    objects: Objects, tmp_path: Path
) -> None:
    await objects.put_bytes("a", b"old", "x/y")
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(OSError, match=str(path)):
            await objects.put_file("a", path, "x/y")
    assert await everything(objects.open("a")) == b"old"
    assert left(objects) == []


async def test_memory_is_bounded_however_large_it_is(objects: Objects) -> None:
    async def large() -> AsyncIterator[bytes]:
        for _ in range(6 * PART // PIECE):
            yield LARGE[:PIECE]

    await objects.put_bytes("warm", b"", "x/y")
    tracemalloc.start()
    try:
        blob = await objects.put_stream("a", large(), "x/y")
        assert blob.bytes == 6 * PART
        assert tracemalloc.get_traced_memory()[1] < 4 * PART
        tracemalloc.reset_peak()
        assert sum([len(piece) async for piece in objects.open("a")]) == 6 * PART
        assert tracemalloc.get_traced_memory()[1] < 2 * PART
    finally:
        tracemalloc.stop()


async def test_many_at_once_do_not_hinder_each_other(objects: Objects) -> None:
    async def round_trip(number: int) -> bool:
        data = DATA[number:]
        await objects.put_bytes(f"a/{number}", data, "x/y")
        return await everything(objects.open(f"a/{number}")) == data

    assert all(await asyncio.gather(*(round_trip(number) for number in range(50))))


async def test_tidy_takes_what_is_old_and_nobody_will_finish(objects: Objects) -> None:
    await objects.tidy(datetime.now(UTC))  # nothing there yet
    waiting = asyncio.Event()

    async def stalled() -> AsyncIterator[bytes]:
        yield LARGE
        waiting.set()
        await asyncio.Event().wait()

    await objects.put_bytes("kept", b"1", "x/y")
    put = asyncio.create_task(objects.put_stream("a", stalled(), "x/y"))
    async with asyncio.timeout(20):
        await waiting.wait()
    await objects.tidy(datetime.now(UTC) - HOUR)
    assert len(left(objects)) == 1
    await objects.tidy(datetime.now(UTC) + HOUR)
    assert left(objects) == []
    assert await objects.list() == ["kept"]
    put.cancel()
    await asyncio.wait([put], timeout=20)
    assert put.cancelled()


async def test_it_is_the_folder_unless_there_is_a_bucket(tmp_path: Path, seaweed: Seaweed) -> None:
    async with open_objects(StorageSettings(tmp_path)) as objects:
        assert isinstance(objects, FolderObjects)
        await objects.put_bytes("a", b"1", "x/y")
    assert (tmp_path / "objects" / "a").exists()
    settings = StorageSettings(
        tmp_path,
        s3_url=seaweed.url,
        s3_bucket="not-there-yet",
        s3_prefix="of/us",
        s3_access_key=ACCESS,
        s3_secret_key=SECRET,
    )
    for _ in range(2):  # the second time it is there
        async with open_objects(settings) as objects:
            assert isinstance(objects, S3Objects)
            assert await objects.list() == []
