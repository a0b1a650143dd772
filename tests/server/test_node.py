from pathlib import Path

from server.node import name_of


def test_a_name_is_chosen_once_and_kept(tmp_path: Path) -> None:
    name = name_of(tmp_path, None)
    assert name and name == name_of(tmp_path, None)
    other = tmp_path / "other"
    other.mkdir()
    assert name_of(other, None) != name


def test_the_name_given_is_the_name(tmp_path: Path) -> None:
    kept = name_of(tmp_path, None)
    assert name_of(tmp_path, "a1") == "a1"
    assert name_of(tmp_path, None) == kept


def test_a_torn_file_is_written_again(tmp_path: Path) -> None:
    (tmp_path / "node").write_text("")
    name = name_of(tmp_path, None)
    assert name and (tmp_path / "node").read_text() == name
