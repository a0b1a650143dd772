import os
from pathlib import Path

import pytest

from storage.account import Account, check_open, closed, postgres_account
from storage.errors import Unusable

US = Account(os.getuid(), os.getgid())
STRANGER = Account(os.getuid() + 12_345, os.getgid() + 12_345)
GROUP = Account(os.getuid() + 12_345, os.getgid())


@pytest.mark.parametrize(
    ("mode", "account", "open"),
    [
        (0o711, STRANGER, True),
        (0o710, STRANGER, False),
        (0o710, GROUP, True),
        (0o701, GROUP, False),  # the group's own bit counts, as the system has it
        (0o700, US, True),
        (0o611, US, False),
    ],
)
def test_who_may_enter_is_what_the_system_says(
    folder: Path, mode: int, account: Account, open: bool
) -> None:
    inner = folder / "outer" / "inner"
    inner.mkdir(parents=True)
    inner.chmod(0o711)
    folder.joinpath("outer").chmod(mode)
    # Only root can look below a folder closed to itself, and root alone asks for others.
    asked = inner if os.geteuid() == 0 or mode & 0o100 else folder / "outer"
    wall = closed(asked, account)
    folder.joinpath("outer").chmod(0o700)
    assert wall == (None if open else folder / "outer")


def test_the_refusal_names_the_first_closed_folder_and_the_mend(folder: Path) -> None:
    inner = folder / "outer" / "inner"
    inner.mkdir(parents=True)
    folder.joinpath("outer").chmod(0o700)
    with pytest.raises(Unusable, match=rf"chmod o\+x {folder}/outer\), or go elsewhere, or"):
        check_open(inner, STRANGER, "go elsewhere")


def test_postgres_never_runs_as_root(tmp_path: Path) -> None:
    account = postgres_account(tmp_path / "missing")
    assert account.uid != 0
    assert account == US or os.geteuid() == 0


def test_a_cluster_is_run_by_the_account_that_made_it(folder: Path) -> None:
    cluster = folder / "cluster"
    cluster.mkdir()
    if os.geteuid() == 0:
        os.chown(cluster, 12_345, 12_346)
        assert postgres_account(cluster) == Account(12_345, 12_346)
    else:
        assert postgres_account(cluster) == US
        with pytest.raises(Unusable, match="belongs to uid 0"):
            postgres_account(Path("/"))
