import tempfile
from pathlib import Path

import pytest

from storage.account import postgres_account
from storage.errors import Unusable
from storage.sockets import socket_folder

LONG = "long" * 30


def test_a_socket_lies_with_its_data_where_it_fits(folder: Path) -> None:
    account = postgres_account(folder)
    with socket_folder(folder, "5432", account) as found:
        assert found == folder / "socket"
        assert found.stat().st_mode & 0o777 == 0o700
        assert found.stat().st_uid == account.uid
    assert not found.exists()


@pytest.mark.parametrize("name", [LONG, "a,b", "50%"])
def test_elsewhere_where_it_does_not_and_a_killed_ones_folder_goes(folder: Path, name: str) -> None:
    home = folder / name
    home.mkdir()
    left = Path(tempfile.mkdtemp(prefix="captionflow-"))
    (home / "socket").symlink_to(left)
    with socket_folder(home, "5432", postgres_account(folder)) as found:
        assert not left.exists()
        assert found.parent == Path(tempfile.gettempdir()).resolve()
        assert (home / "socket").readlink() == found
    assert not found.exists()
    assert not (home / "socket").is_symlink()


def test_no_folder_that_fits_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / LONG).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder / LONG))
    with (
        pytest.raises(Unusable, match="TMPDIR"),
        socket_folder(folder / LONG, "5432", postgres_account(folder)),
    ):
        pass
    assert list((folder / LONG).iterdir()) == []
