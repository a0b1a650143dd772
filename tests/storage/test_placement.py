import os
from pathlib import Path

from storage.account import Account
from storage.placement import placed

STRANGER = Account(os.getuid() + 12_345, os.getgid() + 12_345)


def test_an_open_place_is_used_as_it_is(folder: Path) -> None:
    assert placed(folder / "data", STRANGER, folder / "state") == folder / "data"
    assert not (folder / "data").exists()


def test_a_closed_place_becomes_a_link_to_one_outside(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    home = placed(closed / "data" / "postgres", STRANGER, folder / "state")
    assert home.parent == folder / "state"
    assert (closed / "data" / "postgres").resolve() == home
    assert placed(closed / "data" / "postgres", STRANGER, folder / "state") == home


def test_two_data_directories_do_not_share_a_place(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    one, other = (placed(closed / name, STRANGER, folder / "state") for name in "ab")
    assert one != other


def test_a_link_whose_place_is_gone_is_made_again(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    home = placed(closed / "data", STRANGER, folder / "state")
    home.rmdir()
    assert placed(closed / "data", STRANGER, folder / "state") == home
    assert home.is_dir()
