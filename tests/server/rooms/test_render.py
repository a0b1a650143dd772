import json

from inference.types import SAMPLE_RATE
from server.rooms.render import Renderer, span
from streaming.events import Caption, Ended, Flushed, Revised, Segment, SpeechStarted
from tests.fakes import words

S = SAMPLE_RATE
SEGMENT = Segment(4, 2 * S, 4 * S, words("so it goes"), "en", True, 0.9)


def read(data: bytes | None) -> tuple[str, dict[str, object]]:
    """The kind of an event and what it says."""
    assert data is not None
    kind, body, *rest = data.decode().split("\n")
    assert rest == ["", ""], "an event ends with an empty line"
    return kind.removeprefix("event: "), json.loads(body.removeprefix("data: "))


def test_a_caption_says_how_much_of_it_stays() -> None:
    renderer = Renderer("s1")
    caption = Caption(4, words("so it", 2 * S), words("grows", 3 * S), 2 * S)
    assert read(renderer.render(caption)) == (
        "partial",
        {
            **{"session": "s1", "seg": 4, "rev": 1, "text": "so it grows", "stable": 5},
            **{"start": 2.0, "end": 3.3},
        },
    )
    empty = read(renderer.render(Caption(5, (), (), S)))[1]
    assert (empty["rev"], empty["text"], empty["stable"], empty["end"]) == (2, "", 0, 1.0)


def test_a_final_a_better_hearing_and_the_end() -> None:
    renderer = Renderer("s1")
    final = {"session": "s1", "seg": 4, "start": 2.0, "end": 4.0, "text": "so it goes"}
    assert read(renderer.render(SEGMENT)) == ("final", {**final, "language": "en"})
    better = {"session": "s1", "seg": 4, "text": "so it grows"}
    assert read(renderer.render(Revised(4, words("so it grows")))) == ("revise", better)
    assert read(renderer.render(Ended(5 * S))) == ("end", {"session": "s1", "duration": 5.0})


def test_a_line_end_in_a_word_is_no_end_of_the_event() -> None:
    segment = Segment(1, 0, S, words("a\nb\r\ndata: c"), "en", True, 0.9)
    assert read(Renderer("s1").render(segment))[0] == "final"


def test_what_viewers_do_not_need_is_not_told() -> None:
    for event in (SpeechStarted(1, 0), Flushed("a", 0)):
        assert Renderer("s1").render(event) is None
        assert span(event, 0) is None


def test_speech_that_is_heard_again_a_little_otherwise_is_the_same() -> None:
    assert span(SEGMENT, 0) == (3 * S, 4 * S)
    again = Segment(5, 2 * S - 900, 4 * S + 700, words("so it goes"), "en", True, 0.9)
    begin, _ = span(again, 4 * S) or (0, 0)
    assert begin < 4 * S, "it begins before the end of what was said"
    later = Segment(6, 4 * S, 5 * S, words("on"), "en", True, 0.9)
    assert (span(later, 4 * S) or (0, 0))[0] >= 4 * S


def test_what_has_no_time_of_its_own_comes_after_what_was_said() -> None:
    assert span(Revised(4, ()), 4 * S) == (4 * S, 4 * S)
    assert span(Ended(3 * S), 4 * S) == (4 * S, 4 * S + 1)
    assert span(Ended(5 * S), 4 * S) == (5 * S, 5 * S + 1)
