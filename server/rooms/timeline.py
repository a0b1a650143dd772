"""The sessions of a room on one clock, for subtitles of all that was said there. Pure."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from server.results.keeping import line
from server.results.layout import Line
from storage.records import Segment, Session

Spoken = Sequence[tuple[Session, Sequence[Segment]]]


def lines(spoken: Spoken, zero: datetime | None = None) -> list[Line]:
    """Times count from `zero`, or from the beginning of the first session."""
    if not spoken:
        return []
    zero = zero or min(session.created_at for session, _ in spoken)
    return [
        _later(line(segment), (session.created_at - zero).total_seconds())
        for session, segments in spoken
        for segment in segments
    ]


def _later(line: Line, by: float) -> Line:
    words = tuple((text, start + by, end + by, sure) for text, start, end, sure in line.words)
    return replace(line, start=line.start + by, end=line.end + by, words=words)
