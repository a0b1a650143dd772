"""Where the embedded Postgres may live when its account cannot enter the wanted folder.

Root's own home is closed to others, and Postgres refuses to run as root. So a
data directory in there gets a link to a folder of its own outside.
"""

import hashlib
from pathlib import Path

from storage.account import Account, closed

STATE = Path("/var/lib/captionflow")


def placed(wanted: Path, account: Account, state: Path) -> Path:
    """`wanted` made absolute, or, where the account may not go, a folder below `state` that
    `wanted` becomes a link to. The same `wanted` always gets the same folder."""
    home = wanted.absolute()
    if home.exists():
        return home.resolve()
    parent = next(each for each in home.parents if each.exists())
    if closed(parent, account) is None:
        return home.resolve()
    other = state / hashlib.sha256(str(home).encode()).hexdigest()[:16]
    for each in (state, other):
        each.mkdir(parents=True, exist_ok=True)
        each.chmod(0o711)
    home.parent.mkdir(parents=True, exist_ok=True)
    home.unlink(missing_ok=True)  # a link whose folder was deleted
    home.symlink_to(other)
    return other
