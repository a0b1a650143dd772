"""This server's name among those on one database: chosen once, and kept with its data."""

import re
import secrets
import socket
from pathlib import Path

from storage.disk import sync

FILE = "node"


def name_of(data: Path, given: str | None) -> str:
    """The name given, else the one kept in the folder, else a new one, which is kept there.

    Raises OSError.
    """
    if given:
        return given
    path = data / FILE
    try:
        if known := path.read_text().strip():
            return known
    except FileNotFoundError:
        pass
    host = re.sub(r"[^A-Za-z0-9.-]", "", socket.gethostname())[:40] or "node"
    name = f"{host}-{secrets.token_hex(4)}"
    draft = path.with_name(f"{FILE}.new")
    draft.write_text(name)
    sync(draft)
    draft.replace(path)
    sync(data)
    return name
