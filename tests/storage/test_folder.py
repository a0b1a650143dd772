"""What is the folder's own; test_objects holds it to what every store promises."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.errors import BadKey, Unavailable
from storage.folder import INCOMING, FolderObjects


async def test_a_reader_keeps_what_it_began(folder_objects: FolderObjects) -> None:
    data = os.urandom(1 << 20)
    await folder_objects.put_bytes("a", data, "x/y")
    pieces = folder_objects.open("a")
    begun = await anext(pieces)
    await folder_objects.put_bytes("a", b"new", "x/y")
    assert begun + b"".join([piece async for piece in pieces]) == data


async def test_no_key_is_the_folder_of_another(folder_objects: FolderObjects) -> None:
    await folder_objects.put_bytes("a/b", b"1", "x/y")
    for key in ("a", "a/b/c", "a/b/c/d"):
        with pytest.raises(BadKey, match="folder of another"):
            await folder_objects.put_bytes(key, b"2", "x/y")
    assert await folder_objects.list() == ["a/b"]


async def test_what_lies_there_besides_is_no_object(
    folder_objects: FolderObjects, tmp_path: Path
) -> None:
    await folder_objects.put_bytes("a/b", b"1", "x/y")
    for name in ("a/.hidden", "a/with space", f"{INCOMING}/half"):
        (tmp_path / "objects" / name).touch()
    assert [stat.key async for stat in folder_objects.walk()] == ["a/b"]


async def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("a file is in its place")
    with pytest.raises(Unavailable, match="cannot be used: .*objects"):
        await FolderObjects(tmp_path / "objects").put_bytes("a", b"1", "x/y")


async def test_requests_are_signed_by_its_server(folder_objects: FolderObjects) -> None:
    assert folder_objects.signed_put("a", "x/y", 1, timedelta(hours=1)) is None
    assert folder_objects.signed_get("a", timedelta(hours=1)) is None


async def test_tidy_removes_old_half_copies_and_nothing_else(
    folder_objects: FolderObjects, tmp_path: Path
) -> None:
    await folder_objects.put_bytes("a", b"", "x/y")
    incoming = tmp_path / "objects" / INCOMING
    for name, written in (("old", 999), ("young", 1001)):
        (incoming / name).touch()
        os.utime(incoming / name, (written, written))
    await folder_objects.tidy(datetime.fromtimestamp(1000, UTC))
    assert [path.name for path in incoming.iterdir()] == ["young"]
    assert await folder_objects.list() == ["a"]
