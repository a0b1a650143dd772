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


def filled(count: int = 4) -> Outbox:
    outbox = Outbox()
    for at in range(count):
        outbox.put(Flushed("x", at))
    return outbox


def test_what_is_not_safe_waits_and_captions_overtake_it():
    outbox = filled(2)
    outbox.put(caption(0))
    assert outbox.take(1) == (1, Flushed("x", 0))
    assert outbox.take(1) == (None, caption(0))
    assert outbox.take(1) is None
    assert outbox.take(2) == (2, Flushed("x", 1))


def test_another_connection_gets_all_after_what_the_client_has_and_the_newest_caption():
    outbox = filled()
    outbox.put(caption(5, "a"))
    taken(outbox)
    outbox.put(caption(5, "a b"))
    assert outbox.rewind(2)
    assert [number for number, _ in taken(outbox)] == [3, 4, None]
    assert outbox.caption == caption(5, "a b")
    outbox.put(segment(5))
    assert outbox.rewind(4) and [number for number, _ in taken(outbox)] == [5]


def test_a_client_cannot_go_back_behind_what_it_said_it_had_nor_ahead():
    outbox = filled()
    outbox.ack(3)
    assert not outbox.rewind(2) and not outbox.rewind(5)
    assert outbox.rewind(3) and [number for number, _ in taken(outbox)] == [4]
    outbox.ack(99)
    assert outbox.acked == 4 and not outbox.kept


def test_who_never_says_what_it_has_overflows_it_after_some_time():
    outbox = Outbox()
    outbox.put(Flushed("x", 0), now=5.0)
    outbox.take()
    outbox.put(Flushed("x", 1), now=605.0)
    with pytest.raises(Overflow):
        outbox.put(Flushed("x", 2), now=605.1)
    outbox.ack(1)
    assert outbox.put(Flushed("x", 2), now=605.1) == 3


def test_what_another_process_gave_is_given_again():
    outbox = Outbox()
    outbox.restore([(7, Flushed("x", 0)), (8, Flushed("x", 1))], now=0.0)
    assert outbox.seq == 8 and outbox.acked == 6
    assert outbox.rewind(7) and taken(outbox) == [(8, Flushed("x", 1))]
    assert outbox.put(Flushed("x", 2)) == 9
    assert outbox.skip() == 10
