import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from inference.types import FRAME, SAMPLE_RATE, Hypothesis, text_of
from streaming.filters import Filter, Speech, keep
from tests.streaming.shared import LIKELIHOOD, heard, said

LOUD = "#" * 90  # nearly three seconds
FAINT = "~" * 90


def speech(picture: str, start: int = 0) -> Speech:
    return Speech(start * FRAME, [LIKELIHOOD[mark] for mark in picture])


def kept(text: str, picture: str = LOUD, each: int = 6, **doubts: float) -> tuple[str, dict]:
    hypothesis = replace(heard(said(text, 0, each)), **doubts)
    found = keep(hypothesis, speech(picture))
    return text_of(found.words), found.dropped


def test_what_the_sound_supports_is_kept():
    assert kept("the cat sat on the mat") == ("the cat sat on the mat", {})


@pytest.mark.parametrize(
    ("no_speech", "logprob", "reason"),
    [
        (0.9, -0.9, Filter.NO_SPEECH),
        (0.9, -0.2, None),  # sure of its words
        (0.1, -0.9, None),  # sure that somebody spoke
        (0.1, -1.5, Filter.IMPROBABLE),
        (0.9, -1.5, Filter.NO_SPEECH),  # the first reason counts
    ],
)
def test_a_hypothesis_that_doubts_itself_is_dropped(no_speech, logprob, reason):
    found = kept("the cat sat", no_speech=no_speech, avg_logprob=logprob)
    assert found == (("", {reason: 3}) if reason else ("the cat sat", {}))


@pytest.mark.parametrize(
    ("text", "picture", "believed"),
    [
        ("Thank you.", LOUD, True),
        ("Thank you.", FAINT, False),
        ("Thank you for watching!", FAINT, False),
        ("Vielen Dank.", FAINT, False),
        ("ご視聴ありがとうございました", FAINT, False),
        ("Thank you for the cat.", FAINT, True),  # only the whole phrase is doubted
        ("Thank you.", "." * 60 + "#" * 30, False),  # speech in a third of the frames
        ("Thank you.", "." * 40 + "#" * 50, True),
    ],
)
def test_known_phrases_need_speech_under_them(text, picture, believed):
    words = said(text, 50, 6)  # where all but the faint pictures are loud
    found = keep(heard(words), speech(picture + "." * 10))
    assert text_of(found.words) == (text if believed else "")
    assert found.dropped == ({} if believed else {Filter.PHRASE: len(words)})


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("no no no no no no", "no"),
        ("I said go on go on go on", "I said go on"),
        ("no no no no no", "no no no no no"),  # people do say this
        ("la la la bye", "la la la bye"),  # not at the end
        ("a b c a b c", "a b c a b c"),  # twice is no loop
        ("a b c d A b, c d. a b c d", "a b c d"),
    ],
)
def test_a_loop_at_the_end_keeps_its_first_saying(text, left):
    dropped = len(text.split()) - len(left.split())
    assert kept(text, each=4) == (left, {Filter.LOOP: dropped} if dropped else {})


@pytest.mark.parametrize(
    ("start", "inside"),
    [(0, False), (30, False), (42, True), (50, True), (66, True), (75, False)],
)
def test_words_far_from_speech_are_dropped(start, inside):
    """Speech is in frames 50 to 60; word times may be off by 0.3 s."""
    found = keep(heard(said("hello", start, 2)), speech("." * 50 + "#" * 10 + "." * 40))
    assert bool(found.words) is inside
    assert found.dropped == ({} if inside else {Filter.OUTSIDE: 1})


def test_words_faster_than_speech_are_dropped():
    fast = " ".join(f"w{i}" for i in range(25))
    assert kept(fast, each=3) == ("", {Filter.RATE: 25})
    assert kept(fast, "#" * 320, each=3) == (fast, {})


def test_a_quick_greeting_is_not_too_fast():
    assert kept("oh hi there", "#" * 9, each=3)[0] == "oh hi there"


def test_nothing_heard_drops_nothing():
    assert kept("", FAINT, no_speech=0.99, avg_logprob=-2.0) == ("", {})


@given(
    st.lists(st.sampled_from(["a", "b", "c", "thank", "you"]), max_size=20).map(" ".join),
    st.text("#~.", max_size=80),
    st.floats(0, 1),
    st.floats(-2, 0),
)
def test_every_word_is_kept_in_order_or_counted(text, picture, no_speech, logprob):
    words = said(text, 0)
    found = keep(Hypothesis(words, "en", 1.0, no_speech, logprob), speech(picture))
    assert len(found.words) + sum(found.dropped.values()) == len(words)
    assert all(count > 0 for count in found.dropped.values())
    rest = iter(words)
    assert all(word in rest for word in found.words)


def test_speech_counts_likely_frames():
    sound = speech("##~~..", start=10)
    assert sound.seconds() == 2 * FRAME / SAMPLE_RATE
    assert sound.seconds(0.2) == 4 * FRAME / SAMPLE_RATE
    assert sound.mean() == pytest.approx((2 * LIKELIHOOD["#"] + LIKELIHOOD["~"]) / 3)
    assert speech("").mean() == 0.0 == speech("").seconds()


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [(10, 16, 6), (0, 12, 2), (14, 99, 2), (0, 5, 0), (40, 50, 0), (12, 12, 0)],
)
def test_the_frames_of_a_span_are_those_it_touches(start, end, count):
    sound = speech("##~~..", start=10)
    assert len(sound.frames(start * FRAME, end * FRAME)) == count
