import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.segmenter import Segmenter, Started, Stopped, frames, quietest
from tests.streaming.shared import LIKELIHOOD

PATIENT = 1000  # frames: longer than any drawing, where the pause should not shrink


def drawn(picture: str, segmenter: Segmenter) -> str:
    """ ">" where a stop is told and "<" where a start is, one character a frame."""
    marks = {Started: "<", Stopped: ">", type(None): " "}
    return "".join(marks[type(segmenter.feed(LIKELIHOOD[c]))] for c in picture)


@pytest.mark.parametrize(
    ("speech", "events"),
    [
        ("....####......", "     <     >  "),  # ends once the pause is long enough
        ("....##..##....", "     <       >"),  # a short pause does not end it
        ("....##...##...", "     <        "),  # one frame less than the pause is short
        ("....##....##..", "     <   > <  "),  # one frame more is not
        (".#.#.#.#.#....", "              "),  # single loud frames start nothing
        ("~~~~~~~~~~~~~~", "              "),  # doubt does not start speech
        ("~~~##~~~~~~~~~", "    <         "),  # nor does it stop speech
        ("..##...~......", "   <       >  "),  # doubt in a pause begins the pause anew
        ("##....##....##", " <   > <   > <"),  # one after the other
    ],
)
def test_utterances_start_and_stop(speech, events):
    segmenter = Segmenter(endpoint=4, begin=2, patient=PATIENT)
    assert drawn(speech, segmenter).rstrip() == events.rstrip()


@pytest.mark.parametrize(("endpoint", "stop"), [(1, 3), (2, 4), (6, 8)])
def test_the_endpoint_is_the_pause_that_ends_it(endpoint, stop):
    assert drawn("##" + "." * 9, Segmenter(endpoint, patient=PATIENT)).index(">") == stop - 1


def test_a_turn_says_how_long_ago_it_was():
    segmenter = Segmenter(endpoint=3, begin=2, patient=PATIENT)
    turns = [turn for c in ".##.#..." if (turn := segmenter.feed(LIKELIHOOD[c]))]
    assert turns == [Started(2), Stopped(3)]


@pytest.mark.parametrize(
    ("spoken", "pause"),
    [(3, 6), (8, 5), (10, 4), (15, 3), (20, 2), (60, 2)],
)
def test_the_pause_that_ends_a_long_utterance_shrinks(spoken, pause):
    """From `patient` to twice that it goes from `endpoint` to `hasty`, and no further."""
    segmenter = Segmenter(endpoint=6, begin=1, patient=10, hasty=2)
    events = drawn("#" * spoken + "." * 8, segmenter)
    assert events.index(">") + 1 - spoken == pause


def test_an_endpoint_under_the_hasty_one_stays_as_it_is():
    segmenter = Segmenter(endpoint=2, begin=1, patient=10, hasty=5)
    assert drawn("#" * 60 + "..", segmenter).index(">") == 61


def test_after_a_cut_speech_that_goes_on_starts_anew():
    segmenter = Segmenter(endpoint=4, begin=2, patient=PATIENT)
    assert drawn("###", segmenter) == " < "
    segmenter.cut()
    assert drawn("###....", segmenter) == " <    >"


def test_after_a_cut_quiet_starts_nothing():
    segmenter = Segmenter(endpoint=4, begin=2, patient=PATIENT)
    drawn("##..", segmenter)
    segmenter.cut()
    assert drawn("......", segmenter) == " " * 6


def test_a_restarted_utterance_is_as_old_as_it_is_told():
    """Cut because it was long: what follows is young again and waits for the whole pause."""
    old, young = (Segmenter(endpoint=6, begin=1, patient=10, hasty=2) for _ in range(2))
    for segmenter in (old, young):
        drawn("#" * 40, segmenter)
    young.restart(3)
    assert drawn("........", old).index(">") == 1
    assert drawn("........", young).index(">") == 5


@given(st.text("#~.", max_size=200), st.integers(1, 8), st.integers(1, 4))
def test_starts_and_stops_take_turns_and_point_into_the_past(picture, endpoint, begin):
    segmenter = Segmenter(endpoint, begin=begin, patient=30, hasty=2)
    expected, since = Started, 0
    for mark in picture:
        since += 1
        turn = segmenter.feed(LIKELIHOOD[mark])
        if turn is None:
            continue
        assert isinstance(turn, expected)
        assert 1 <= turn.ago <= since
        expected = Stopped if isinstance(turn, Started) else Started
        since = turn.ago if expected is Stopped else 0


@pytest.mark.parametrize(
    ("levels", "index"),
    [
        ([9, 9, 1, 1, 1, 9, 9], 3),
        ([9, 9, 9, 0, 9, 9, 5, 1, 4, 1], 8),  # one quiet frame is a stop consonant, not a pause
        ([1, 1, 1, 9, 1, 1, 1], 1),  # the first of equals
        ([5, 5], 1),
        ([5], 0),
    ],
)
def test_the_quietest_place_is_the_middle_of_the_quietest_frames(levels, index):
    assert quietest(levels) == index


@pytest.mark.parametrize(
    ("milliseconds", "count"), [(0, 1), (10, 1), (32, 1), (64, 2), (500, 16), (12_000, 375)]
)
def test_times_are_whole_frames_and_at_least_one(milliseconds, count):
    assert frames(milliseconds) == count
