"""What is needed of a database and of an object store. Promises only; the adapters keep them."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from inference.types import Samples
from storage.records import Artifact, Blob, Page, Segment, Session, Stat, State


class Sessions(Protocol):
    """All methods raise Unavailable when the database is away."""

    async def create(self, session: Session) -> None:
        """Raises Taken when there is one with its id."""
        ...

    async def get(self, owner: str, id: str) -> Session | None:
        """None when it is missing, and just so when it is another owner's."""
        ...

    async def list(self, owner: str, limit: int = 50, cursor: str | None = None) -> Page:
        """The owner's sessions, newest first. Raises BadCursor."""
        ...

    async def move(
        self,
        id: str,
        to: State,
        *,
        duration: Samples | None = None,
        language: str | None = None,
        ended_at: datetime | None = None,
        error: str | None = None,
    ) -> Session:
        """One step of its life, with what is known by now; None leaves a fact as it is.

        `error` is kept only while the session is FAILED. A session that is there already stays
        as it is, so a move may be told twice. Raises IllegalMove, or Missing.
        """
        ...

    async def unfinished(self) -> Sequence[Session]:
        """Those that were open, draining or finalizing, oldest first, whoever owns them."""
        ...


class Segments(Protocol):
    """Raises Unavailable when the database is away."""

    async def put(self, session: str, segments: Sequence[Segment]) -> None:
        """Keeps all or none of them; one with a number already kept replaces that one.

        Raises Missing when there is no such session, ValueError when a segment is not its own.
        """
        ...

    async def list(self, session: str) -> Sequence[Segment]:
        """By number; empty when there is no such session."""
        ...


class Artifacts(Protocol):
    """Raises Unavailable when the database is away."""

    async def put(self, artifact: Artifact) -> None:
        """One with the name of another replaces it. Raises Missing when there is no session."""
        ...

    async def list(self, session: str) -> Sequence[Artifact]:
        """By name; empty when there is no such session."""
        ...


class Objects(Protocol):
    """Bytes under keys. All methods raise BadKey for what cannot be one."""

    async def put_file(self, key: str, path: Path, content_type: str) -> Blob:
        """Takes a copy of the file: all of it or nothing, also when the machine stops."""
        ...

    async def put_bytes(self, key: str, data: bytes, content_type: str) -> Blob: ...

    def open(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` on, `length` of them or up to the end, piece by piece.

        Raises Missing with the first piece.
        """
        ...

    async def stat(self, key: str) -> Stat | None: ...

    async def delete(self, key: str) -> None:
        """Nothing happens when it is not there."""
        ...

    async def list(self, prefix: str = "") -> Sequence[str]:
        """The keys that begin with `prefix`, in order."""
        ...
