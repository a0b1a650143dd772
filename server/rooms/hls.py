"""The captions of a room as segments of WebVTT for players that follow an HLS playlist. Pure.

Segments are numbered by the clock: number n begins n times SECONDS after 1970. So every node
makes the same ones out of the same rows, and none depends on when a room began. Nothing here
asks the database or knows an address.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import zip_longest

from msgspec import Struct
from msgspec.structs import replace

from inference.types import SAMPLE_RATE, Samples
from server.results.formats import vtt_cue
from server.results.layout import LONGEST, Cue, Line, cues
from storage.records import Session, State

SECONDS = 6
LISTED = 600  # segments that a playlist has at most: the last hour
FEWEST = 3  # that it has in any case: players want some to begin with
OVER = timedelta(minutes=2)  # after the last session that a room is over, if none has begun
SPEAKING = frozenset({State.OPEN, State.DRAINING})
NEAR = timedelta(milliseconds=LONGEST)  # around a segment, in which a line may matter to it
SHORT = 500  # ms that a cue stays at least, also where the next line begins at once
TICKS = 90_000  # of a video's clock in a second
WRAP = 1 << 33  # where that clock begins again
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Struct, frozen=True):
    """A video's clock: it has said `pts`, in ticks, at the moment `at`."""

    pts: int = 0
    at: datetime = EPOCH

    def ticks(self, moment: datetime) -> int:
        later = (moment - self.at) // timedelta(microseconds=1)
        return (self.pts + later * TICKS // 1_000_000) % WRAP


def number(moment: datetime) -> int:
    """Of the segment in which it lies."""
    return (moment - EPOCH) // timedelta(seconds=SECONDS)


def start(number: int) -> datetime:
    return EPOCH + timedelta(seconds=number * SECONDS)


def edge(now: datetime, delay: float) -> int:
    """The number of the first segment that is not told yet. delay: seconds after its end."""
    return number(now - timedelta(seconds=delay))


def playlist(sessions: Sequence[Session], now: datetime, delay: float, query: str = "") -> str:
    """What players read again and again. query: what the addresses of segments end with."""
    over = ended(sessions)
    done = over is not None and now >= over
    last = edge(over if over is not None and done else now, delay)
    begun = [number(session.created_at) for session in sessions]
    first = max(last - LISTED, min([last - FEWEST, *begun]))
    head = (
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        f"#EXT-X-TARGETDURATION:{SECONDS}",
        f"#EXT-X-MEDIA-SEQUENCE:{first}",
        f"#EXT-X-PROGRAM-DATE-TIME:{start(first):%Y-%m-%dT%H:%M:%S}.000Z",
    )
    listed = (f"#EXTINF:{SECONDS}.000,\n{n}.vtt{query}" for n in range(first, last))
    return "\n".join([*head, *listed, *(["#EXT-X-ENDLIST"] if done else []), ""])


def ended(sessions: Iterable[Session]) -> datetime | None:
    """When the room is over, unless another session begins; None while somebody may speak."""
    known = tuple(sessions)
    if not known or any(session.state in SPEAKING for session in known):
        return None
    return max(_end(session) for session in known) + OVER


def _end(session: Session) -> datetime:
    heard = session.created_at + timedelta(seconds=session.duration / SAMPLE_RATE)
    return max(heard, session.ended_at or heard)


def heard_in(session: Session, number: int) -> tuple[Samples, Samples]:
    """What of a session may be seen in a segment, on its own clock."""
    begin, end = start(number) - NEAR, start(number + 1) + NEAR
    return _samples(begin - session.created_at), _samples(end - session.created_at)


def _samples(span: timedelta) -> Samples:
    return max(0, span * SAMPLE_RATE // timedelta(seconds=1))


def midnight(number: int) -> datetime:
    """What the times in a segment count from: that of its day."""
    return start(number).replace(hour=0, minute=0, second=0)


def segment(lines: Iterable[Line], number: int, clock: Clock) -> str:
    """lines: all that may be seen in it, on a clock of seconds since 1970.

    A cue that is seen in several segments is in each of them, the same.
    """
    begin = (start(number) - EPOCH) // timedelta(milliseconds=1)
    end = begin + SECONDS * 1000
    day = midnight(number)
    zero = (day - EPOCH) // timedelta(milliseconds=1)
    shown = [cue for cue in laid_out(lines) if cue.start < end and cue.end > begin]
    head = f"WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:{clock.ticks(day)},LOCAL:00:00:00.000\n"
    return "\n".join([head, *(vtt_cue(_since(zero, cue)) for cue in shown)])


def laid_out(lines: Iterable[Line]) -> list[Cue]:
    """Each line by itself, so that its cues do not depend on which others are looked at; they
    make room for those of the next line."""
    made = sorted((cue for line in lines for cue in cues([line])), key=lambda cue: cue.start)
    after = (cue.start for cue in made[1:])
    return [_until(cue, end) for cue, end in zip_longest(made, after)]


def _until(cue: Cue, end: int | None) -> Cue:
    if end is None or end >= cue.end:
        return cue
    return replace(cue, end=max(end, min(cue.end, cue.start + SHORT)))


def _since(zero: int, cue: Cue) -> Cue:
    return replace(cue, start=max(0, cue.start - zero), end=cue.end - zero)
