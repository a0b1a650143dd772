"""The sessions of a room on one clock, for subtitles of all that was said there. Pure."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from server.results.keeping import line
from server.results.layout import Line
from storage.records import Segment, Session


def lines(spoken: Sequence[tuple[Session, Sequence[Segment]]]) -> list[Line]:
    """Times count from the beginning of the first session."""
    if not spoken:
        return []
    zero = min(session.created_at for session, _ in spoken)
    return [
        _later(line(segment), session.created_at, zero)
        for session, segments in spoken
        for segment in segments
    ]


def _later(line: Line, begun: datetime, zero: datetime) -> Line:
    by = (begun - zero).total_seconds()
    words = tuple((text, start + by, end + by, sure) for text, start, end, sure in line.words)
    return replace(line, start=line.start + by, end=line.end + by, words=words)
