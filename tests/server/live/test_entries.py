"""Payloads of the journal: what goes in comes out, and what is strange is told."""

import pytest

from inference.types import Options, Word
from server.live import entries
from server.live.entries import Change, Header
from server.live.tokens import Given
from server.protocols.native.requests import Request, View
from storage.journal.records import BadJournal, Event, Opened, Told
from streaming.events import (
    Ended,
    Failed,
    Flushed,
    Revised,
    Segment,
    SpeechEnded,
    SpeechStarted,
    Updated,
)
from streaming.resampler import Format

WORDS = (Word(" Grüße", 512, 1024, 0.75),)
OPTIONS = Options("de", "translate", ("Zürich",))
EVENTS = [
    SpeechStarted(0, 16),
    SpeechEnded(0, 32),
    Segment(0, 0, 512, WORDS, "de", True, 0.5, better=()),
    Revised(0, WORDS),
    Flushed("f", 9),
    Updated(OPTIONS, 9),
    Failed("engine_failed", "no answer", 0, 9),
    Ended(512),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda it: type(it).__name__)
def test_events_come_back(event) -> None:  # type: ignore[no-untyped-def]
    for pos in (None, 77):
        assert entries.event_of(entries.event_record(5, event, pos)) == (event, pos)


def test_headers_and_changes_come_back() -> None:
    form = Format("mulaw", 8000, 2)
    request = Request(form, 16, OPTIONS, View(words=False), 1600, "base", "room", None)
    header = Header(request, "stt.v1", 3)
    assert entries.header_of(entries.opened("s", header)) == header
    change = Change(OPTIONS, View(), None)
    assert entries.change_of(entries.update(change)) == change


def test_tokens_come_back_as_numbers() -> None:
    assert entries.given_of(entries.tokens(Given(3, 2))) == Given(3, 2)


@pytest.mark.parametrize("payload", [b"", b"\xc1", b"\x93\xa4Nope\xc0\xc0"])
def test_a_strange_event_is_told(payload: bytes) -> None:
    with pytest.raises(BadJournal, match="event 4"):
        entries.event_of(Event(4, payload))


def test_a_strange_header_or_change_is_told() -> None:
    with pytest.raises(BadJournal):
        entries.header_of(Opened("s", {"request": 1}))
    with pytest.raises(BadJournal):
        entries.change_of(Told("update", {"options": 1}))
    with pytest.raises(BadJournal):
        entries.given_of(Told("tokens", {"number": "x"}))
