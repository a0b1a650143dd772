"""Where a page of a list ended, as text for a URL. Pure; clients need not understand it."""

import re
from datetime import UTC, datetime, timedelta

from storage.errors import BadCursor
from storage.records import Delivery, Job, Session

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SHAPE = re.compile(r"(\d{1,17})-(.+)", re.ASCII)


def after(last: Session | Job | Delivery) -> str:
    """Asks for those that are older than this one."""
    return f"{(last.created_at - EPOCH) // timedelta(microseconds=1)}-{last.id}"


def place(cursor: str) -> tuple[datetime, str]:
    """When the last one seen was created, and its id. Raises BadCursor."""
    match = SHAPE.fullmatch(cursor)
    if match is None or not cursor.isprintable():
        raise BadCursor("not a cursor of this list")
    return EPOCH + timedelta(microseconds=int(match[1])), match[2]
