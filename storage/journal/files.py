"""Where journals lie on this machine's disk and in the object store. Writes nothing into them."""

import re
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from storage.disk import sync
from storage.errors import BadKey

SESSION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}")


class Places(Struct, frozen=True):
    """The folder of one node's journals."""

    root: Path

    @property
    def logs(self) -> Path:
        return self.root / "log"

    def log(self, number: int) -> Path:
        return self.logs / f"{number:09}.log"

    @property
    def parts(self) -> Path:
        return self.root / "parts"

    def session(self, session: str) -> Path:
        return self.parts / session

    def part(self, session: str, name: str) -> Path:
        return self.parts / session / f"{name}.part"

    def make(self) -> None:
        for folder in (self.logs, self.parts):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        sync(self.root)
        sync(self.root.parent)

    def logged(self) -> Sequence[Path]:
        """The logs, oldest first."""
        return sorted(self.logs.glob("*.log"))

    def sessions(self) -> set[str]:
        """Those with parts here."""
        return {path.name for path in self.parts.iterdir()} if self.parts.is_dir() else set()

    def names(self, session: str) -> Sequence[str]:
        """The session's parts here, in order."""
        return sorted(path.stem for path in self.session(session).glob("*.part"))


def key(session: str, name: str) -> str:
    """Where the object store has a part."""
    return f"{prefix(session)}{name}"


def prefix(session: str) -> str:
    return f"journal/{session}/"


def checked(session: str) -> str:
    """The session's name, where a folder may have it. Raises BadKey."""
    if not SESSION.fullmatch(session):
        raise BadKey(f"no journal can be named {session[:200]!r}")
    return session


def part_name(generation: int, log: int) -> str:
    """By this parts are in order; one log gives a session one part for each of its owners."""
    return f"{generation:06}-{log:09}"


def number_of(log: Path) -> int:
    return int(log.stem)


def generation_of(name: str) -> int:
    """Which owner of the session wrote the part."""
    return int(name.partition("-")[0])
