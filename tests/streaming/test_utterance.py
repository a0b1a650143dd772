import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.types import FRAME, Options, Urgency, Window, Words, text_of
from streaming.utterance import Utterance
from tests.streaming.shared import LIKELIHOOD, said, trust

START = 10  # the frame the utterances here begin with


def spoken(picture: str, committed: Words = ()) -> Utterance:
    """An utterance whose frame i on the session's clock holds i everywhere."""
    utterance = Utterance(3, START * FRAME, trust(apart=4))
    for i, mark in enumerate(picture, START):
        utterance.add(np.full(FRAME, i, np.float32), LIKELIHOOD[mark])
    utterance.committed = committed
    return utterance


def frames_of(audio: np.ndarray) -> list[int]:
    return [int(value) for value in audio[::FRAME]]


def looked(utterance: Utterance, until: int, text: str, start: int = START) -> None:
    """A look up to this frame heard words of 3 frames, the first at frame `start`."""
    audio = utterance.audio(utterance.look(Options()).start, until * FRAME)
    window = Window(until * FRAME - len(audio), audio, Urgency.LOOK)
    utterance.compare(window, said(text, start))


def test_audio_is_on_the_sessions_clock():
    utterance = spoken("######")
    assert utterance.end == 16 * FRAME
    assert frames_of(utterance.audio(12 * FRAME, 14 * FRAME)) == [12, 13]
    assert frames_of(utterance.audio(0, 99 * FRAME)) == [10, 11, 12, 13, 14, 15]
    assert utterance.audio(50 * FRAME, 60 * FRAME).shape == (0,)


def test_speech_begins_with_the_frame_asked_for():
    sound = spoken("..##").speech(12 * FRAME)
    assert sound.start == 12 * FRAME
    assert list(sound.likelihoods) == [LIKELIHOOD["#"]] * 2


def test_looks_that_agree_are_promised_and_the_rest_is_shown():
    utterance = spoken("#" * 60)
    looked(utterance, 20, "the cat")
    assert (text_of(utterance.committed), text_of(utterance.tail)) == ("", "the cat")
    looked(utterance, 24, "the cat sat")
    assert (text_of(utterance.committed), text_of(utterance.tail)) == ("the cat", "sat")


def test_a_look_that_hears_promised_words_again_is_compared_after_them():
    utterance = spoken("#" * 60)
    for until, text in ((20, "the cat"), (24, "the cat sat"), (28, "the hat sat on")):
        looked(utterance, until, text)
    assert text_of(utterance.committed) == "the cat sat"
    assert text_of(utterance.tail) == "on"


def test_a_trimmed_look_hears_its_anchor_again_and_goes_on():
    utterance = spoken("#" * 60)
    for until, text in ((24, "one two three"), (28, "one two three four")):
        looked(utterance, until, text)
    utterance.trim(0)
    assert utterance.look(Options()).start > utterance.start
    looked(utterance, 32, "three four five", start=START + 6)
    assert text_of(utterance.committed) == "one two three four"
    assert text_of(utterance.tail) == "five"


@given(
    st.lists(st.tuples(st.lists(st.sampled_from(["a", "b.", "B", "c"]), max_size=6), st.booleans()))
)
def test_committed_words_only_grow(looks):
    utterance = spoken("#" * 60)
    for i, (look, trimmed) in enumerate(looks):
        before = utterance.committed
        looked(utterance, min(START + 2 + 2 * i, 70), " ".join(look))
        assert utterance.committed[: len(before)] == before
        if trimmed:
            utterance.trim(5 * FRAME)


def test_a_look_holds_everything_until_it_is_trimmed():
    utterance = spoken("#" * 30, committed=said("the cat sat", START))
    window = utterance.look(Options("en"))
    assert (window.start, len(window.audio)) == (START * FRAME, 30 * FRAME)
    assert window.urgency is Urgency.LOOK and window.options == Options("en")


@pytest.mark.parametrize(("anchor", "first"), [(0, 12), (5, 12), (7, 9), (10, 6), (99, 0)])
def test_a_trimmed_look_begins_with_a_committed_word(anchor, first):
    """At the first that is within reach of where the promise ends, with a little before it."""
    utterance = spoken("#" * 40, committed=said("one two three four five", START + 5))
    utterance.trim(anchor * FRAME)
    window = utterance.look(Options())
    begins = (START + 5 + first) * FRAME
    assert begins - 4 * FRAME <= window.start <= begins
    assert frames_of(window.audio)[0] == window.start // FRAME
    assert frames_of(window.audio)[-1] == 49


def test_without_committed_words_nothing_is_trimmed():
    utterance = spoken("#" * 40)
    utterance.trim(0)
    assert utterance.look(Options()).start == utterance.start


def test_trimming_never_goes_back():
    utterance = spoken("#" * 40, committed=said("one two three four five", START))
    utterance.trim(0)
    then = utterance.look(Options()).start
    utterance.trim(99 * FRAME)
    assert utterance.look(Options()).start == then


def test_the_closing_window_holds_the_whole_utterance():
    utterance = spoken("#" * 40, committed=said("one two three four five", START))
    utterance.trim(0)
    window = utterance.whole(Urgency.FINAL, Options("en"))
    assert frames_of(window.audio) == list(range(10, 50))
    assert (window.start, window.urgency) == (START * FRAME, Urgency.FINAL)


def test_splitting_gives_the_rest_away():
    utterance = spoken("##..##")
    rest = utterance.split(14 * FRAME)
    assert [int(frame[0]) for frame, _ in rest] == [14, 15]
    assert [likelihood for _, likelihood in rest] == [LIKELIHOOD["#"]] * 2
    assert utterance.end == 14 * FRAME
    assert utterance.split(99 * FRAME) == []


def loud(levels: list[float], committed: Words = ()) -> Utterance:
    utterance = Utterance(0, 0, trust())
    for level in levels:
        utterance.add(np.full(FRAME, level, np.float32), 0.9)
    utterance.committed = committed
    return utterance


QUIET_AT_5_AND_15 = [0.5] * 4 + [0.0] * 3 + [0.5] * 7 + [0.1] * 3 + [0.5] * 4


@pytest.mark.parametrize(("reach", "cut"), [(99, 5), (12, 15), (3, 19)])
def test_a_cut_is_made_at_the_quietest_place_within_reach(reach, cut):
    assert loud(QUIET_AT_5_AND_15).best_cut(reach * FRAME) == cut * FRAME


def test_a_cut_takes_no_promised_word_along():
    utterance = loud(QUIET_AT_5_AND_15, committed=said("one two three", 0))
    assert utterance.best_cut(99 * FRAME) == 15 * FRAME
    everything = loud(QUIET_AT_5_AND_15, committed=said("one", 0, each=21))
    assert everything.best_cut(99 * FRAME) == everything.end
