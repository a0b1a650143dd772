from datetime import timedelta

from inference.types import SAMPLE_RATE
from server.rooms.timeline import lines
from storage.records import Segment
from tests.fakes import words
from tests.storage.shared import NOON, a_session

S = SAMPLE_RATE


def said(session: str, text: str, start: int) -> Segment:
    spoken = words(text, start)
    return Segment(
        session=session,
        number=1,
        start=start,
        end=spoken[-1].end,
        text=text,
        words=spoken,
        confidence=0.9,
    )


def test_times_count_from_the_first_session_of_the_room() -> None:
    first, second = a_session("a"), a_session("b", created_at=NOON + timedelta(seconds=90))
    found = lines([(second, [said("b", "there", S)]), (first, [said("a", "hello", 2 * S)])])
    assert [(line.text, line.start, line.end) for line in found] == [
        *(("there", 91.0, 91.3), ("hello", 2.0, 2.3))
    ]
    assert found[0].words == ((" there", 91.0, 91.3, 0.9),)


def test_a_room_in_which_nobody_spoke_has_no_lines() -> None:
    assert lines([]) == []
    assert lines([(a_session("a"), [])]) == []


def test_times_may_count_from_another_moment() -> None:
    found = lines([(a_session("a"), [said("a", "hello", S)])], NOON - timedelta(seconds=5))
    assert [(line.start, line.end) for line in found] == [(6.0, 6.3)]
