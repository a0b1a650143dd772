import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.errors import BadKey, Missing
from storage.folder import INCOMING, PIECE, FolderObjects
from storage.ports import Objects
from storage.records import Blob, Stat

DATA = os.urandom(PIECE * 2 + 77)


@pytest.fixture
def objects(tmp_path: Path) -> FolderObjects:
    return FolderObjects(tmp_path / "objects")


async def everything(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def test_what_is_put_is_measured_and_comes_back(objects: Objects, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(DATA)
    expected = Blob("s1/recording.flac", "audio/flac", len(DATA), hashlib.sha256(DATA).hexdigest())
    assert await objects.put_file("s1/recording.flac", source, "audio/flac") == expected
    assert await objects.put_bytes("s1/copy.flac", DATA, "audio/flac") == Blob(
        "s1/copy.flac", "audio/flac", expected.bytes, expected.sha256
    )
    assert await objects.stat("s1/copy.flac") == Stat("s1/copy.flac", len(DATA))
    assert await everything(objects.open("s1/recording.flac")) == DATA
    assert source.exists()


@pytest.mark.parametrize(
    ("start", "length"),
    [(0, 0), (0, 1), (5, 10), (PIECE - 1, 2), (PIECE, PIECE), (3, PIECE * 5), (10**9, None)],
)
async def test_a_range_is_those_bytes(objects: Objects, start: int, length: int | None) -> None:
    await objects.put_bytes("a", DATA, "x/y")
    stop = None if length is None else start + length
    assert await everything(objects.open("a", start, length)) == DATA[start:stop]


async def test_pieces_are_small(objects: Objects) -> None:
    await objects.put_bytes("a", DATA, "x/y")
    assert max([len(piece) async for piece in objects.open("a")]) <= PIECE


async def test_a_second_put_replaces_and_a_reader_keeps_what_it_began(objects: Objects) -> None:
    await objects.put_bytes("a", DATA, "x/y")
    pieces = objects.open("a")
    begun = await anext(pieces)
    await objects.put_bytes("a", b"new", "x/y")
    assert begun + await everything(pieces) == DATA
    assert await everything(objects.open("a")) == b"new"


async def test_what_is_missing_is_missing(objects: Objects) -> None:
    await objects.put_bytes("a", b"", "x/y")
    for key in ("b", "a/b", "c/d"):
        assert await objects.stat(key) is None
        with pytest.raises(Missing, match=key):
            await everything(objects.open(key))
        await objects.delete(key)
    assert await objects.list() == ["a"]


async def test_delete_takes_one(objects: Objects) -> None:
    await objects.put_bytes("s/a", b"1", "x/y")
    await objects.put_bytes("s/b", b"2", "x/y")
    await objects.delete("s")
    await objects.delete("s/a")
    assert await objects.list() == ["s/b"]


async def test_a_list_is_of_keys_that_begin_so(objects: Objects) -> None:
    for key in ("s1/b", "s1/a", "s10/a", "s2/x/y"):
        await objects.put_bytes(key, b"", "x/y")
    assert await objects.list() == ["s1/a", "s1/b", "s10/a", "s2/x/y"]
    assert await objects.list("s1/") == ["s1/a", "s1/b"]
    assert await objects.list("s1") == ["s1/a", "s1/b", "s10/a"]
    assert await objects.list("s2/x") == ["s2/x/y"]
    assert await objects.list("s3/") == []


BAD = ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", "./a", ".hidden", "a/.b", "a\\b"]
BAD += ["a b", "a\0", "a\n", "ä", "a:b", "~/x", "a" * 201, "a/" * 300 + "a", f"{INCOMING}/a"]


@pytest.mark.parametrize("key", BAD)
async def test_no_key_leads_out_of_the_folder(
    objects: FolderObjects, tmp_path: Path, key: str
) -> None:
    source = tmp_path / "x"
    source.write_bytes(b"not yours")
    for attempt in (
        objects.put_bytes(key, b"mine", "x/y"),
        objects.put_file(key, source, "x/y"),
        objects.stat(key),
        objects.delete(key),
        everything(objects.open(key)),
    ):
        with pytest.raises(BadKey):
            await attempt
    assert source.read_bytes() == b"not yours"


@pytest.mark.parametrize("prefix", ["../", "/", "a/../", ".", "a//", "a\0", "x" * 600])
async def test_no_prefix_leads_out_of_the_folder(objects: Objects, prefix: str) -> None:
    with pytest.raises(BadKey):
        await objects.list(prefix)


async def test_a_copy_that_fails_leaves_what_was_there(
    objects: FolderObjects, tmp_path: Path
) -> None:
    await objects.put_bytes("a", b"old", "x/y")
    with pytest.raises(IsADirectoryError):
        await objects.put_file("a", tmp_path, "x/y")
    assert await everything(objects.open("a")) == b"old"
    assert list((tmp_path / "objects" / INCOMING).iterdir()) == []


async def test_sweep_removes_old_half_copies_and_nothing_else(
    objects: FolderObjects, tmp_path: Path
) -> None:
    await objects.sweep(before=1000)  # nothing there yet
    await objects.put_bytes("a", b"", "x/y")
    incoming = tmp_path / "objects" / INCOMING
    for name, written in (("old", 999), ("young", 1001)):
        (incoming / name).touch()
        os.utime(incoming / name, (written, written))
    await objects.sweep(before=1000)
    assert [path.name for path in incoming.iterdir()] == ["young"]
    assert await objects.list() == ["a"]
