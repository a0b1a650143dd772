from pathlib import Path

import pytest

from storage.errors import BadKey
from storage.journal.files import Places, checked, generation_of, key, part_name


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", ".hidden", "a\0", "a b", "x" * 201, "a\n"])
def test_no_session_leads_out_of_the_folder(name: str) -> None:
    with pytest.raises(BadKey):
        checked(name)


def test_parts_are_in_the_order_of_owners_and_logs(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.make()
    places.session("s1").mkdir()
    names = [part_name(*pair) for pair in [(1, 9), (1, 10), (2, 1), (10, 1)]]
    for name in reversed(names):
        places.part("s1", name).touch()
    places.part("s1", names[0]).with_suffix(".new").touch()  # half written
    assert places.names("s1") == names
    assert [generation_of(name) for name in names] == [1, 1, 2, 10]
    assert (places.sessions(), places.names("s2")) == ({"s1"}, [])


def test_the_store_has_them_under_the_session() -> None:
    assert key("s1", part_name(1, 42)) == "journal/s1/000001-000000042"
