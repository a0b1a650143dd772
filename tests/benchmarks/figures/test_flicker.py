"""What was shown and taken away again."""

import pytest
from captionflow import Final, Partial

from benchmarks.figures.flicker import Flicker, flicker


def partial(text, stable="", seg=0):
    assert text.startswith(stable)
    return Partial(seg=seg, text=text, stable=len(stable))


def final(text, seg=0, seq=1):
    return Final(seq, seg, 0.0, 0.0, text)


def test_growing_captions_are_steady():
    events = [partial("good"), partial("Good morning"), final("Good morning.")]
    assert flicker(events) == Flicker(0, 2, 0, 0, 0, unstable=1)


def test_a_retraction_counts_every_word_from_the_first_that_changed():
    events = [partial("good warning all"), partial("good morning"), final("good morning all")]
    assert flicker(events) == Flicker(2, 3, 0, 0, 0, unstable=2)


def test_committed_words_taken_back():
    events = [partial("good morning all", stable="good morning"), partial("good evening")]
    found = flicker([*events, final("good evening")])
    assert found.taken_back == 1
    assert found.retracted == 1  # "all"; "morning" was more than tentative


def test_a_final_that_breaks_the_promise():
    assert flicker([partial("good", stable="good"), final("bad")]).taken_back == 1


def test_a_promise_stands_though_a_later_caption_says_less_of_it():
    events = [partial("a b c", stable="a b"), partial("a b c", stable="a"), final("a x")]
    assert flicker(events).taken_back == 1


def test_rewritten_finals_and_unfinished_segments():
    events = [final("a", seq=1), final("a", seq=2), final("b", seq=3), partial("c", seg=1)]
    found = flicker(events)
    assert (found.rewritten, found.unfinished, found.shown) == (1, 1, 1)


def test_an_empty_final_retracts_what_was_tentative():
    assert flicker([partial("thanks for watching"), final("")]).retracted == 3


@pytest.mark.parametrize(
    ("texts", "unstable"),
    [
        (["good", "good morning", "good morning all"], 0),
        (["good", "Good morning", "Good morning."], 1),  # the "g"; "morning" only grows
        (["here is", "he is a", "he is a"], 2),
        (["some", "something good", "something"], 1),
        (["some thing", "some"], 1),
        (["a b c", "x b c", "x b"], 4),
    ],
)
def test_words_that_change_on_the_screen(texts, unstable):
    *captions, last = texts
    assert flicker([*map(partial, captions), final(last)]).unstable == unstable


def test_committed_words_that_change_on_the_screen_count_as_well():
    assert flicker([partial("a b", stable="a b"), final("A b")]).unstable == 2
