"""The secret of this server, from which others are derived, so that none has to be kept in a row.

Nodes that share a database have to share it: copy the file, or mount it.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from storage.errors import Unusable

LENGTH = 32  # bytes


def server_secret(path: Path) -> bytes:
    """The secret in the file, which is made, for its owner's eyes only, when there is none.

    Raises Unusable when there is something else in the file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make(path)
    found = path.read_bytes()
    if len(found) != LENGTH:
        raise Unusable(f"{path} is not a secret of ours: {len(found)} bytes instead of {LENGTH}")
    return found


def _make(path: Path) -> None:
    """Whole or not at all; where two make one at the same time, the first stays."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(LENGTH))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def derived(secret: bytes, purpose: str, id: str) -> bytes:
    """A key of 32 bytes for one thing, such as ("webhook", its id): HMAC-SHA256, RFC 2104."""
    return hmac.digest(secret, f"{purpose}\0{id}".encode(), hashlib.sha256)
