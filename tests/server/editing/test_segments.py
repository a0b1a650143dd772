"""A segment with what it had before."""

from typing import Any

from inference.types import SAMPLE_RATE, Word
from server.editing.segments import history, view, views
from storage.records import Correction, Segment
from tests.storage.shared import NOON

HALF = SAMPLE_RATE // 2


def a_segment(number: int = 0, **facts: Any) -> Segment:
    words = (Word(" one", 0, HALF, 0.123456),)
    given = {"session": "s1", "start": 0, "end": HALF, "text": "one", "words": words}
    return Segment(**{"number": number, "confidence": 0.123456, **given, **facts})


def a_correction(revision: int, text: str, number: int = 0) -> Correction:
    return Correction(
        session="s1", number=number, revision=revision, author="ann", at=NOON, text=text
    )


def test_times_are_seconds_and_words_without_their_spaces() -> None:
    shown = view(a_segment(speaker=""), [])
    assert (shown.start, shown.end, shown.speaker) == (0.0, 0.5, None)
    (word,) = shown.words
    assert (word.text, word.end, word.confidence) == ("one", 0.5, 0.1235)
    assert (shown.edited, shown.original) == (False, None)


def test_the_original_is_from_before_the_first_correction() -> None:
    changed = a_segment(revision=3, text="c", words=())
    shown = view(changed, [a_correction(1, "a"), a_correction(2, "b")])
    assert (shown.edited, shown.original, shown.revision) == (True, "a", 3)


def test_a_text_that_was_heard_again_is_not_a_correction() -> None:
    before = [a_correction(1, "a"), a_correction(2, "b")]
    again = view(a_segment(revision=4, text="d"), before)
    assert (again.edited, again.original) == (False, None)
    corrected = view(a_segment(revision=5, text="e"), [*before, a_correction(4, "d")])
    assert (corrected.edited, corrected.original) == (True, "d")


def test_each_segment_has_its_own() -> None:
    segments = [a_segment(0, revision=2), a_segment(1), a_segment(2, revision=2)]
    corrections = [a_correction(1, "x", number=0), a_correction(1, "y", number=2)]
    shown = views("s1", segments, corrections)
    assert [each.original for each in shown.segments] == ["x", None, "y"]
    assert [each.original for each in (view(it, corrections) for it in segments)] == [
        "x",
        None,
        "y",
    ]


def test_history_is_of_one_segment() -> None:
    corrections = [a_correction(1, "a"), a_correction(2, "b"), a_correction(1, "z", number=1)]
    told = history("s1", 0, corrections)
    assert [(each.revision, each.text, each.author, each.at) for each in told.history] == [
        (1, "a", "ann", NOON),
        (2, "b", "ann", NOON),
    ]
    assert (told.session, told.number) == ("s1", 0)
