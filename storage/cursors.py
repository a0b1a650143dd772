"""Where a page of sessions ended, as text for a URL. Pure; clients need not understand it."""

import re
from datetime import UTC, datetime, timedelta

from storage.errors import BadCursor
from storage.records import Session

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SHAPE = re.compile(r"(\d{1,17})-(.+)", re.ASCII)


def after(session: Session) -> str:
    """Asks for the sessions that are older than this one."""
    return f"{(session.created_at - EPOCH) // timedelta(microseconds=1)}-{session.id}"


def place(cursor: str) -> tuple[datetime, str]:
    """When the last session seen was created, and its id. Raises BadCursor."""
    match = SHAPE.fullmatch(cursor)
    if match is None or not cursor.isprintable():
        raise BadCursor("not a cursor of this list")
    return EPOCH + timedelta(microseconds=int(match[1])), match[2]
