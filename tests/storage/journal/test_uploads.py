import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from storage.folder import FolderObjects
from storage.journal.files import Places, key, part_name
from storage.journal.uploads import LANES, Uploads
from tests.storage.journal.shared import PATIENCE

ONE, TWO, THREE = (part_name(1, number) for number in (1, 2, 3))


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path / "journal")
    made.make()
    return made


@asynccontextmanager
async def uploading(places: Places, objects: FolderObjects) -> AsyncIterator[Uploads]:
    uploads = Uploads(places, objects, retry_most=0.02)
    lanes = [asyncio.create_task(uploads.lane()) for _ in range(LANES)]
    try:
        yield uploads
    finally:
        await uploads.stop()
        await asyncio.wait_for(asyncio.gather(*lanes), PATIENCE)


def part(places: Places, session: str, name: str) -> None:
    places.session(session).mkdir(exist_ok=True)
    places.part(session, name).write_bytes(name.encode())


async def test_parts_arrive_and_only_those_of_sessions_kept(places: Places, tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path / "objects")
    async with uploading(places, objects) as uploads:
        for session in ("a", "b", "c"):
            part(places, session, ONE)
        uploads.keep("a")
        uploads.keep("b")
        await uploads.due({"a", "b", "c"})
        await asyncio.wait_for(uploads.idle(), PATIENCE)
        part(places, "a", TWO)
        await uploads.due({"a"})
        await asyncio.wait_for(uploads.idle(), PATIENCE)
    assert await objects.list() == [key("a", ONE), key("a", TWO), key("b", ONE)]


async def test_what_the_store_has_is_not_sent_again(places: Places, tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path / "objects")
    await objects.put_bytes(key("a", TWO), b"as it was", "x/y")
    for name in (ONE, TWO, THREE):
        part(places, "a", name)
    async with uploading(places, objects) as uploads:
        uploads.keep("a")
        await uploads.due({"a"})
        await asyncio.wait_for(uploads.idle(), PATIENCE)
    assert await objects.list() == [key("a", TWO), key("a", THREE)]
    assert b"".join([piece async for piece in objects.open(key("a", TWO))]) == b"as it was"


async def test_a_store_that_was_away_gets_all_of_it(places: Places, tmp_path: Path) -> None:
    store = tmp_path / "objects"
    store.write_bytes(b"a file, so nothing can be put below it")
    objects = FolderObjects(store)
    async with uploading(places, objects) as uploads:
        uploads.keep("a")
        for name in (ONE, TWO):
            part(places, "a", name)
            await uploads.due({"a"})
        async with asyncio.timeout(PATIENCE):
            while uploads.failures < 2:
                await asyncio.sleep(0)
        store.unlink()
        await asyncio.wait_for(uploads.idle(), PATIENCE)
    assert await objects.list() == [key("a", ONE), key("a", TWO)]


async def test_nothing_is_sent_of_what_is_forgotten(places: Places, tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path / "objects")
    async with uploading(places, objects) as uploads:
        uploads.keep("a")
        part(places, "a", ONE)
        await asyncio.wait_for(uploads.forget("a"), PATIENCE)
        await uploads.due({"a"})
        await asyncio.wait_for(uploads.idle(), PATIENCE)
    assert await objects.list() == []
