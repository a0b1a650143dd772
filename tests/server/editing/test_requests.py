"""What may be asked for, and how long things are kept then."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from server.editing.requests import Again, RetentionChange, SegmentChange, kept
from server.settings import RetentionSettings
from storage.records import Retention, State
from tests.storage.shared import NOON, a_session

DEFAULTS = RetentionSettings(editing=1, recording=100, transcript=1000)


def after(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "Grüße,\n\tzweite Zeile", "👩\u200d🔬", "x" * 10_000])
def test_a_text_may_be_any_that_can_be_read(text: str) -> None:
    body = msgspec.json.encode({"text": text})
    assert msgspec.json.decode(body, type=SegmentChange) == SegmentChange(text=text)


@pytest.mark.parametrize(
    "body",
    [
        {"text": "a\x00"},
        {"text": "a\x1b[0m"},
        {"text": "x" * 10_001},
        {"speaker": "a\tb"},
        {"x": 1},
    ],
)
def test_other_texts_are_refused(body: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(body), type=SegmentChange)


def test_absent_and_null_are_two_things() -> None:
    assert msgspec.json.decode(b"{}", type=RetentionChange) == RetentionChange()
    change = msgspec.json.decode(b'{"recording": null}', type=RetentionChange)
    assert change.recording is None and change.transcript is UNSET
    assert Again().model is UNSET


READY = a_session(
    state=State.READY,
    ready_at=NOON,
    retention=Retention(recording=7, transcript=8),
    recording_until=after(7),
    transcript_until=after(8),
)


@pytest.mark.parametrize(
    ("change", "retention", "recording", "transcript"),
    [
        (RetentionChange(), Retention(recording=7, transcript=8), 7, 8),
        (RetentionChange(recording=0), Retention(recording=0, transcript=8), 0, 8),
        (RetentionChange(transcript=None), Retention(recording=7), 7, 1000),
        (RetentionChange(recording=None, transcript=5), Retention(transcript=5), 100, 5),
    ],
)
def test_times_count_from_when_it_was_ready(
    change: RetentionChange, retention: Retention, recording: int, transcript: int
) -> None:
    now = kept(READY, change, DEFAULTS)
    assert now.retention == retention
    assert (now.recording_until, now.transcript_until) == (after(recording), after(transcript))


def test_what_is_gone_does_not_come_back() -> None:
    swept = msgspec.structs.replace(READY, recording_until=None)
    now = kept(swept, RetentionChange(recording=500), DEFAULTS)
    assert (now.recording_until, now.transcript_until) == (None, after(8))


def test_before_it_is_ready_only_the_wish_is_kept() -> None:
    now = kept(a_session(), RetentionChange(recording=5), DEFAULTS)
    assert (now.recording_until, now.transcript_until) == (None, None)
    assert now.retention == Retention(recording=5)
