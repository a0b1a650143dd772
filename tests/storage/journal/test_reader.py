from pathlib import Path

import pytest

from storage.errors import BadKey, Missing
from storage.folder import FolderObjects
from storage.journal.cut import cut
from storage.journal.files import Places, key, part_name
from storage.journal.reader import load, remove_stored, sessions
from storage.journal.records import Opened, Removed
from tests.storage.journal.shared import event, lines, loaded, owned, said

OPENED = Opened("s1", {"model": "base"})


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path / "journal")
    made.make()
    return made


@pytest.fixture
def objects(tmp_path: Path) -> FolderObjects:
    return FolderObjects(tmp_path / "objects")


def put(places: Places, session: str, name: str, data: bytes) -> None:
    places.session(session).mkdir(exist_ok=True)
    places.part(session, name).write_bytes(data)


async def test_parts_then_logs_and_only_this_session(places: Places) -> None:
    put(places, "s1", part_name(1, 1), owned("s1", 1, 1, OPENED, said(0)))
    other = owned("s2", 1, 1, said(7))
    places.log(2).write_bytes(other + owned("s1", 1, 3, said(1)) + other)
    places.log(3).write_bytes(owned("s1", 1, 4, event(1)) + lines(said(2))[:-1])
    assert await loaded(places.root, "s1") == [OPENED, said(0), said(1), event(1)]
    assert await loaded(places.root, "s3") == []


async def test_what_is_there_twice_is_given_once(places: Places) -> None:
    put(places, "s1", part_name(1, 1), owned("s1", 1, 1, said(0), said(1)))
    again = owned("s1", 1, 1, said(0), said(1)) + owned("s1", 1, 2, said(1), said(2))
    places.log(1).write_bytes(again)
    assert await loaded(places.root, "s1") == [said(0), said(1), said(2)]


async def test_a_log_that_is_cut_while_it_is_read(places: Places) -> None:
    for number in (1, 2, 3):
        places.log(number).write_bytes(owned("s1", 1, number, said(number)))
    reading = load(places.root, None, "s1")
    found = [await anext(reading)]
    for log in places.logged():
        cut(places, log)
    assert found + [record async for record in reading] == [said(1), said(2), said(3)]


async def test_owners_follow_each_other(places: Places, objects: FolderObjects) -> None:
    first = owned("s1", 1, 1, OPENED, said(0), said(1))
    second = owned("s1", 2, 1, OPENED, said(1), said(2))
    await objects.put_bytes(key("s1", part_name(1, 50)), first, "x/y")
    put(places, "s1", part_name(2, 3), second)
    expected = [OPENED, said(0), said(1), OPENED, said(1), said(2)]
    assert await loaded(places.root, "s1", objects) == expected


async def test_here_goes_before_there(places: Places, objects: FolderObjects) -> None:
    put(places, "s1", part_name(1, 1), owned("s1", 1, 1, said(0)))
    await objects.put_bytes(key("s1", part_name(1, 1)), b"torn", "x/y")
    assert await loaded(places.root, "s1", objects) == [said(0)]


async def test_what_was_removed_is_gone_before_its_log_is_cut(places: Places) -> None:
    places.log(1).write_bytes(owned("s1", 1, 1, OPENED, said(0)))
    more = owned("s1", 1, 3, said(1)) + owned("s2", 1, 1, said(5))
    places.log(2).write_bytes(more + lines(Removed("s1")))
    assert await loaded(places.root, "s1") == []
    assert await loaded(places.root, "s2") == [said(5)]
    places.log(3).write_bytes(owned("s1", 2, 1, OPENED, said(2)) + lines(Removed("s2")))
    assert await loaded(places.root, "s1") == [OPENED, said(2)]


async def test_what_an_owner_kept_to_itself_until_it_was_overtaken_does_not_count(
    places: Places, objects: FolderObjects
) -> None:
    first, late = owned("s1", 1, 1, OPENED, said(0)), owned("s1", 1, 3, said(1))
    put(places, "s1", part_name(1, 1), first)
    put(places, "s1", part_name(1, 2), late)
    await objects.put_bytes(key("s1", part_name(1, 1)), first, "x/y")
    assert await loaded(places.root, "s1", objects) == [OPENED, said(0), said(1)]
    second = owned("s1", 2, 1, OPENED, said(7))
    await objects.put_bytes(key("s1", part_name(2, 1)), second, "x/y")
    assert await loaded(places.root, "s1", objects) == [OPENED, said(0), OPENED, said(7)]


async def test_a_part_that_goes_away_while_it_is_read_is_missed(places: Places) -> None:
    put(places, "s1", part_name(1, 1), owned("s1", 1, 1, said(0)))
    put(places, "s1", part_name(1, 2), owned("s1", 1, 2, said(1)))
    reading = load(places.root, None, "s1")
    await anext(reading)
    places.part("s1", part_name(1, 2)).unlink()
    with pytest.raises(Missing):
        await anext(reading)


async def test_who_has_a_journal(places: Places, objects: FolderObjects) -> None:
    put(places, "a", part_name(1, 1), b"")
    places.log(2).write_bytes(owned("b", 1, 1, said(0)) + owned("c", 1, 1) + lines(Removed("c")))
    await objects.put_bytes(key("d", part_name(1, 1)), b"", "x/y")
    assert await sessions(places.root, objects) == {"a", "b", "d"}
    assert await sessions(places.root, None) == {"a", "b"}
    assert await sessions(places.root / "nowhere", None) == set()


async def test_removing_from_the_store_takes_one_session(objects: FolderObjects) -> None:
    for session in ("s1", "s10"):
        await objects.put_bytes(key(session, part_name(1, 1)), b"", "x/y")
    for _ in range(2):
        await remove_stored(objects, "s1")
    assert await objects.list() == [key("s10", part_name(1, 1))]


async def test_no_session_leads_out_of_the_folder(places: Places, objects: FolderObjects) -> None:
    with pytest.raises(BadKey):
        await loaded(places.root, "../x", objects)
