"""Which account the embedded Postgres runs as, and where that account may go.

Postgres refuses to run as root. Started by root, it runs as `nobody`; no account is made and
no folder that is not ours is opened to others.
"""

import os
import pwd
import stat
from pathlib import Path

from msgspec import Struct

from storage.errors import Unusable

NOBODY = 65534


class Account(Struct, frozen=True):
    uid: int
    gid: int


def postgres_account(cluster: Path) -> Account:
    """Ours, unless we are root: then the one that the cluster belongs to, or nobody.

    Raises Unusable when the cluster is another's.
    """
    owner = cluster.stat() if cluster.exists() else None
    if os.geteuid() == 0:
        return Account(owner.st_uid, owner.st_gid) if owner and owner.st_uid else _nobody()
    if owner and owner.st_uid != os.geteuid():
        raise Unusable(
            f"{cluster} belongs to uid {owner.st_uid} and this is uid {os.geteuid()}: start as "
            "the user who made it (root may, too), or choose another data directory"
        )
    return Account(os.geteuid(), os.getegid())


def _nobody() -> Account:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:  # small containers may have no account file
        return Account(NOBODY, NOBODY)
    return Account(entry.pw_uid, entry.pw_gid)


def closed(path: Path, account: Account) -> Path | None:
    """The first part of `path` that the account may not enter, or not execute; None: it may all."""
    path = path.resolve()
    parts = [*reversed(path.parents), path]
    return next((part for part in parts if not _enters(part.stat(), account)), None)


def _enters(found: os.stat_result, account: Account) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def check_open(path: Path, account: Account, instead: str) -> None:
    """Raises Unusable when the account may not enter `path`; `instead` is one way out."""
    if wall := closed(path, account):
        raise Unusable(
            f"Postgres does not run as root; it runs as uid {account.uid} here, which may not "
            f"enter {wall}. Either let it pass (chmod o+x {wall}), or {instead}, or do not start "
            "as root"
        )


def hand_over(path: Path, account: Account) -> None:
    """Gives the path to the account; only root needs to, and may."""
    if os.geteuid() == 0:
        os.chown(path, account.uid, account.gid)
