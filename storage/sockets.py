"""A folder for the embedded database's socket, with a path that fits. Opens no socket."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.account import Account, check_open, hand_over
from storage.errors import Unusable

LONGEST = 103  # bytes of a socket's path, its end mark not counted: 107 on Linux, 103 on macOS
PLAIN = re.compile(r"[A-Za-z0-9/._-]+")  # what every reader of an address takes for a path


@contextmanager
def socket_folder(home: Path, port: str, account: Account) -> Iterator[Path]:
    """`home/socket`; where its path is too long or odd, one in the system's temporary folder.

    That one is linked from `home/socket`. Only the account may enter it. Raises Unusable.
    """
    link = home / "socket"
    _clear(link)
    folder = link
    if _fits(link, port):
        link.mkdir(mode=0o700)
    else:
        folder = Path(tempfile.mkdtemp(prefix="captionflow-")).resolve()
        link.symlink_to(folder)  # so that the next start finds what a killed one left
    try:
        if not _fits(folder, port):
            raise Unusable(f"{folder} is too long or odd for a socket: set TMPDIR to another path")
        hand_over(folder, account)
        check_open(folder, account, "set TMPDIR to a folder elsewhere")
        yield folder
    finally:
        _clear(link)


def _fits(folder: Path, port: str) -> bool:
    path = str(folder / f".s.PGSQL.{port}")
    return len(path) <= LONGEST and PLAIN.fullmatch(path) is not None


def _clear(link: Path) -> None:
    if link.is_symlink():
        shutil.rmtree(link.readlink(), ignore_errors=True)
        link.unlink()
    elif link.exists():
        shutil.rmtree(link)
