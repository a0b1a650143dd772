"""What can be chosen about storage. Values only; reading them from somewhere is not done here."""

from pathlib import Path

from msgspec import Struct


class StorageSettings(Struct, frozen=True, forbid_unknown_fields=True):
    data_dir: Path  # folder of the embedded database and, unless told otherwise, of the objects
    database_url: str | None = None  # postgresql://...; None or "": the embedded one is started
    objects_dir: Path | None = None  # folder of recordings and transcripts; None: data_dir/objects
    connections: int = 8  # most database connections at a time; more work waits for a free one
    start_timeout: float = 30.0  # seconds to wait for the database when the server starts
    query_timeout: float = 10.0  # seconds after which a query, or the wait for one, is given up

    @property
    def objects(self) -> Path:
        return self.objects_dir or self.data_dir / "objects"

    def __repr__(self) -> str:
        """Without the address of the database: it may hold a password."""
        return f"StorageSettings(data_dir={str(self.data_dir)!r}, objects={str(self.objects)!r})"
