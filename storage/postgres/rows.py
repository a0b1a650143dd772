"""What the adapters share: rows of Postgres as records."""

from collections.abc import Iterable
from typing import TypeVar

import asyncpg
import msgspec

T = TypeVar("T")


def record(row: asyncpg.Record, kind: type[T]) -> T:
    """Columns that the record does not have are left out."""
    return msgspec.convert(dict(row.items()), kind)


def records(rows: Iterable[asyncpg.Record], kind: type[T]) -> tuple[T, ...]:
    return tuple(record(row, kind) for row in rows)


def comparable(*texts: str | None) -> bool:
    """Whether Postgres can even compare these; what it cannot it does not have."""
    return all(text is None or text.isprintable() for text in texts)
