"""A segment with what it had before, as clients see it. Pure; times are seconds."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from inference.types import SAMPLE_RATE
from storage.records import Correction, Segment


class WordView(Struct, frozen=True, kw_only=True):
    text: str
    start: float
    end: float
    confidence: float


class SegmentView(Struct, frozen=True, kw_only=True):
    """revision: what `If-Match` has to name. edited: somebody has corrected what was heard.

    original: the text that was heard, where the one shown is corrected. words: none then.
    """

    number: int
    start: float
    end: float
    text: str
    speaker: str | None
    language: str | None
    confidence: float
    words: list[WordView]
    revision: int
    edited: bool
    original: str | None


class SegmentList(Struct, frozen=True, kw_only=True):
    session: str
    segments: list[SegmentView]


class Before(Struct, frozen=True, kw_only=True):
    """What a segment had as `revision`, until `author` corrected it."""

    revision: int
    text: str
    speaker: str | None
    author: str
    at: datetime


class History(Struct, frozen=True, kw_only=True):
    """Oldest first."""

    session: str
    number: int
    history: list[Before]


def view(segment: Segment, corrections: Sequence[Correction]) -> SegmentView:
    """corrections: of any segments of the session."""
    heard = _heard(segment, corrections)
    return SegmentView(
        number=segment.number,
        start=_seconds(segment.start),
        end=_seconds(segment.end),
        text=segment.text,
        speaker=segment.speaker or None,
        language=segment.language,
        confidence=round(segment.confidence, 4),
        words=_words(segment),
        revision=segment.revision,
        edited=heard is not None,
        original=heard.text if heard else None,
    )


def views(
    session: str, segments: Sequence[Segment], corrections: Sequence[Correction]
) -> SegmentList:
    by_number: dict[int, list[Correction]] = {}
    for correction in corrections:
        by_number.setdefault(correction.number, []).append(correction)
    shown = [view(segment, by_number.get(segment.number, ())) for segment in segments]
    return SegmentList(session=session, segments=shown)


def history(session: str, number: int, corrections: Sequence[Correction]) -> History:
    return History(
        session=session,
        number=number,
        history=[
            Before(
                revision=each.revision,
                text=each.text,
                speaker=each.speaker or None,
                author=each.author,
                at=each.at,
            )
            for each in corrections
            if each.number == number
        ],
    )


def _heard(segment: Segment, corrections: Sequence[Correction]) -> Correction | None:
    """What there was before the first of those corrections that led to the present text.

    Revisions without a gap: where the segment was heard again in between, one is missing.
    """
    before = {each.revision: each for each in corrections if each.number == segment.number}
    found = None
    revision = segment.revision - 1
    while revision in before:
        found = before[revision]
        revision -= 1
    return found


def _words(segment: Segment) -> list[WordView]:
    return [
        WordView(
            text=word.text.strip(),
            start=_seconds(word.start),
            end=_seconds(word.end),
            confidence=round(word.probability, 4),
        )
        for word in segment.words
    ]


def _seconds(samples: int) -> float:
    return round(samples / SAMPLE_RATE, 3)
