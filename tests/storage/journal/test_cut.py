from pathlib import Path

import pytest

from storage.journal.cut import cut, runs
from storage.journal.files import Places
from storage.journal.records import Owner, Removed
from tests.storage.journal.shared import lines, owned, said


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path / "journal")
    made.make()
    return made


def parts(places: Places) -> dict[str, bytes]:
    root = places.parts
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.part")}


def test_each_session_gets_its_own_records_in_order(places: Places) -> None:
    a, b = owned("a", 1, 1, said(0), said(1)), owned("b", 3, 1, said(5))
    more = owned("a", 1, 3, said(2))
    places.log(7).write_bytes(a + b + more)
    assert cut(places, places.log(7)) == {"a", "b"}
    assert parts(places) == {
        "a/000001-000000007.part": a + more,
        "b/000003-000000007.part": b,
    }
    assert not places.logged()


def test_cutting_again_gives_the_same(places: Places) -> None:
    data = owned("a", 1, 1, said(0))
    for _ in range(2):
        places.log(1).write_bytes(data)
        cut(places, places.log(1))
    assert parts(places) == {"a/000001-000000001.part": data}


@pytest.mark.parametrize("torn", range(1, 12))
def test_a_torn_tail_does_not_count(places: Places, torn: int) -> None:
    good, last = owned("a", 1, 1, said(0)), lines(said(1))
    places.log(1).write_bytes(good + last[:-torn])
    cut(places, places.log(1))
    assert parts(places) == {"a/000001-000000001.part": good}


def test_what_is_removed_is_gone_whenever_it_was_cut(places: Places) -> None:
    kept = owned("b", 1, 1, said(0))
    places.log(1).write_bytes(owned("a", 1, 1, said(0)))
    places.log(2).write_bytes(owned("a", 1, 2, said(1)) + kept + lines(Removed("a")))
    for log in places.logged():
        cut(places, log)
    assert parts(places) == {"b/000001-000000002.part": kept}
    assert places.sessions() == {"b"}


def test_a_log_that_cannot_be_cut_stays(places: Places) -> None:
    places.log(1).write_bytes(owned("a", 1, 1, said(0)))
    places.session("a").write_bytes(b"in the way")
    with pytest.raises(OSError):
        cut(places, places.log(1))
    assert places.logged() == [places.log(1)]


def test_an_empty_log_has_nothing(places: Places) -> None:
    places.log(1).touch()
    assert cut(places, places.log(1)) == set()
    assert not places.logged()


def test_runs_have_their_marks() -> None:
    first, second = owned("a", 1, 1, said(0)), owned("b", 1, 1)
    found = [(mark, bytes(run)) for mark, run in runs(first + second + lines(Removed("a")))]
    assert found == [
        (Owner("a", 1, 1), first),
        (Owner("b", 1, 1), second),
        (Removed("a"), lines(Removed("a"))),
    ]
