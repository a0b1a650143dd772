"""What clients may ask to be changed, as the bodies of their requests. Values, and their limits."""

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from server.settings import RetentionSettings, Span
from storage.records import Retention, Session

PLAIN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"  # no control characters but spaces

Text = Annotated[str, Meta(max_length=10_000, pattern=PLAIN)]
Name = Annotated[str, Meta(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


class SegmentChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays. An empty text: nothing was said; an empty speaker: nobody known."""

    text: Text | UnsetType = UNSET
    speaker: Name | UnsetType = UNSET


class RetentionChange(Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds from when the session was ready; null: the server's default. Absent: as it is."""

    recording: Span | None | UnsetType = UNSET
    transcript: Span | None | UnsetType = UNSET
    hold: bool | UnsetType = UNSET


class SessionChange(Struct, frozen=True, forbid_unknown_fields=True):
    retention: RetentionChange


class Again(Struct, frozen=True, forbid_unknown_fields=True):
    """How to hear it once more; what is absent is as it was. language: a code, or "auto"."""

    model: Name | UnsetType = UNSET
    language: Name | UnsetType = UNSET


class DownloadWish(Struct, frozen=True, forbid_unknown_fields=True):
    """The artifact, by its name, for which an address is wanted."""

    artifact: Name


class Kept(Struct, frozen=True):
    """How long things are kept after a change; None: no time was set or changed."""

    retention: Retention
    recording_until: datetime | None
    transcript_until: datetime | None


def kept(session: Session, change: RetentionChange, defaults: RetentionSettings) -> Kept:
    """Times count from when the session was ready. What is gone does not come back."""
    asked = session.retention
    recording = asked.recording if change.recording is UNSET else change.recording
    transcript = asked.transcript if change.transcript is UNSET else change.transcript
    ready = session.ready_at

    def until(now: datetime | None, span: int | None, default: int) -> datetime | None:
        if ready is None or now is None:
            return None
        return ready + timedelta(seconds=default if span is None else span)

    return Kept(
        Retention(recording=recording, transcript=transcript),
        until(session.recording_until, recording, defaults.recording),
        until(session.transcript_until, transcript, defaults.transcript),
    )
