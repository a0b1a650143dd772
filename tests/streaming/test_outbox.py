import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.events import Caption, Ended, Event, Flushed, Segment, SpeechStarted
from streaming.outbox import Outbox, Overflow
from tests.streaming.shared import said


def caption(utterance: int, text: str = "") -> Caption:
    return Caption(utterance, (), said(text, 0), 0)


def segment(utterance: int) -> Segment:
    return Segment(utterance, 0, 1, (), "en", True, 0.9)


def taken(outbox: Outbox) -> list[tuple[int | None, Event]]:
    found = []
    while numbered := outbox.take():
        found.append(numbered)
    return found


def test_events_leave_in_order_with_numbers_that_captions_lack():
    events = [SpeechStarted(0, 0), caption(0), segment(0), Flushed("a", 1), Ended(1)]
    outbox = Outbox()
    for event in events:
        outbox.put(event)
    # the caption was overtaken by its segment
    assert taken(outbox) == [(1, events[0]), (2, events[2]), (3, events[3]), (4, events[4])]


def test_a_newer_caption_replaces_one_of_its_utterance_that_was_not_sent():
    outbox = Outbox()
    for event in (caption(0, "a"), caption(1, "b"), caption(0, "a c")):
        outbox.put(event)
    assert taken(outbox) == [(None, caption(1, "b")), (None, caption(0, "a c"))]


def test_a_caption_that_was_sent_is_not_missed():
    outbox = Outbox()
    outbox.put(caption(0, "a"))
    assert outbox.take() == (None, caption(0, "a"))
    outbox.put(caption(0, "a c"))
    assert taken(outbox) == [(None, caption(0, "a c"))]


def test_a_segment_of_another_utterance_leaves_captions_alone():
    outbox = Outbox()
    for event in (caption(1), segment(0)):
        outbox.put(event)
    assert taken(outbox) == [(None, caption(1)), (1, segment(0))]


def test_a_client_that_takes_nothing_overflows_it():
    outbox = Outbox(limit=3)
    for at in range(3):
        outbox.put(Flushed("x", at))
    with pytest.raises(Overflow):
        outbox.put(Flushed("x", 3))
    assert [number for number, _ in taken(outbox)] == [1, 2, 3]


def test_captions_of_one_utterance_never_overflow_it():
    outbox = Outbox(limit=1)
    for i in range(100):
        outbox.put(caption(0, f"w{i}"))
    assert taken(outbox) == [(None, caption(0, "w99"))]


@given(st.lists(st.one_of(st.integers(0, 3).map(caption), st.integers(0, 3).map(segment))))
def test_nothing_with_a_number_is_lost_and_captions_wait_once(events):
    outbox = Outbox()
    for event in events:
        outbox.put(event)
    left = taken(outbox)
    numbered = [(number, event) for number, event in left if number is not None]
    assert numbered == list(enumerate((e for e in events if isinstance(e, Segment)), 1))
    waiting = [event.utterance for number, event in left if number is None]
    assert len(waiting) == len(set(waiting))
