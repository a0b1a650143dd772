import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.types import FRAME, text_of
from streaming.agreement import Agreement, Hearing, Trust, alike, spoken, unpunctuated
from tests.streaming.shared import said, trust

Look = tuple[int, str] | tuple[int, str, float]
"""The frame where a look ended, what it heard, and how probable each word was."""


def after(trust: Trust, *looks: Look) -> tuple[str, str]:
    """What is promised and what is shown after these looks at one utterance.

    A look hears the whole utterance; it is compared from the first word that is not promised.
    """
    agreement = Agreement(trust)
    promised, shown = (), ()
    for until, text, *probability in looks:
        words = said(text, 0, probability=(probability or [0.9])[0])
        fresh, shown = agreement.hear(Hearing(until * FRAME, words[len(promised) :]))
        promised += fresh
    return text_of(promised), text_of(shown)


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        (" Hello,", "hello"),
        (" don't", "dont"),
        ("St.", "st"),
        (" ３", "3"),  # a wide digit
        (" Straße", "strasse"),
        ("…", ""),
        (" 你好。", "你好"),
    ],
)
def test_a_word_sounds_the_same_without_case_and_punctuation(text, sound):
    assert spoken(text) == sound


@pytest.mark.parametrize(
    ("looks", "promised", "shown"),
    [
        ([(10, "the cat")], "", "the cat"),  # one look is no evidence
        ([(10, "the cat"), (14, "the cat sat")], "the cat", "sat"),
        ([(10, "the cat"), (12, "the cat sat")], "", "the cat sat"),  # they lie too close
        ([(10, "the cat"), (12, "the cat"), (14, "the cat sat")], "the cat", "sat"),
        ([(10, "The cat."), (14, "the cat sat")], "the cat", "sat"),  # they sound alike
        ([(10, "the cat sat"), (14, "the cat ran off")], "the cat", "sat"),  # once is not enough
        ([(10, "a b"), (14, "a c d"), (18, "a c d")], "a c d", ""),
        (
            [(10, "a cat"), (12, "the cat"), (13, "the cat")],
            "",
            "the cat",
        ),  # the first word is in doubt
        ([(10, "the cat"), (12, "a cat"), (14, "the cat")], "", "the cat"),  # not in a row
        ([(10, "the"), (14, "the cat"), (18, "the cat sat")], "the cat", "sat"),
        ([(10, "the cat"), (14, "")], "", "the cat"),  # one look takes nothing back
        ([(10, "the cat"), (14, ""), (16, "")], "", ""),
    ],
)
def test_words_that_looks_a_while_apart_hear_alike_are_promised(looks, promised, shown):
    assert after(trust(apart=4), *looks) == (promised, shown)


@pytest.mark.parametrize(
    ("looks", "promised"),
    [
        ([(10, "cat", 0.6), (14, "cat", 0.6)], "cat"),
        ([(10, "cat", 0.6), (14, "cat", 0.4)], ""),  # doubt in any of the last looks
        ([(10, "cat", 0.4), (14, "cat", 0.6)], ""),
        ([(n, "cat", 0.4) for n in range(10, 23, 4)], ""),  # for as long as patience lasts
        ([(n, "cat", 0.4) for n in range(10, 27, 4)], "cat"),
        ([(n, "cat", 0.1) for n in range(10, 31, 4)], ""),  # a guess waits half as long again
        ([(n, "cat", 0.1) for n in range(10, 35, 4)], "cat"),
    ],
)
def test_a_word_that_the_model_doubts_waits_longer(looks, promised):
    """It ends with frame 3, and the patience is 20."""
    assert after(trust(apart=4, floor=0.5, guess=0.2, patience=20), *looks)[0] == promised


@pytest.mark.parametrize(
    ("looks", "shown"),
    [
        ([(10, "cat", 0.9)], "cat"),
        ([(10, "cat", 0.5)], ""),  # heard once, and not sure
        ([(10, "cat", 0.5), (12, "cat", 0.5)], "cat"),  # heard twice
        ([(10, "hat", 0.5), (12, "cat", 0.5)], ""),
        ([(10, "the hat", 0.9), (12, "the cat", 0.5)], "the hat"),  # one look takes nothing back
        (
            [(10, "a hat", 0.9), (12, "the cat", 0.5), (13, "a cat", 0.5)],
            "",
        ),  # doubt hides the rest
    ],
)
def test_a_word_is_shown_when_it_is_probable_or_heard_again(looks, shown):
    assert after(trust(apart=9, show=0.8), *looks)[1] == shown


def test_a_promised_word_is_no_longer_asked_for():
    """It may be heard otherwise later; what follows it is judged by itself."""
    looks = [(10, "the cat"), (14, "the cat sat"), (18, "the hat sat"), (22, "the hat sat on")]
    assert after(trust(apart=4), *looks) == ("the cat sat", "on")


@pytest.mark.parametrize(
    ("last", "promised"),
    [("the cat.", "the cat"), ("the cat. It", "the cat."), ("the cat, it", "the cat,")],
)
def test_punctuation_is_promised_with_the_word_that_follows(last, promised):
    assert after(trust(apart=4), (10, "the cat."), (14, last))[0] == promised


LOOKS = st.lists(
    st.tuples(
        st.integers(1, 9),
        st.lists(st.sampled_from(["a", "b.", "B", "c"]), max_size=6).map(" ".join),
        st.floats(0, 1),
    ),
    max_size=12,
)


@given(
    LOOKS, st.builds(trust, st.integers(0, 9), st.floats(0, 1), st.floats(0, 1), st.integers(1, 40))
)
def test_what_is_shown_is_how_the_look_goes_on_or_what_was_shown(looks, rule):
    agreement, until, before, kept = Agreement(rule), 0, (), False
    for ago, text, probability in looks:
        until += ago
        words = said(text, 0, probability=probability)
        promised, shown = agreement.hear(Hearing(until * FRAME, words))
        sounds = [spoken(word.text) for word in words]
        assert [spoken(word.text) for word in promised] == sounds[: len(promised)]
        new = shown == words[len(promised) : len(promised) + len(shown)]
        assert new or alike(before, promised + shown)
        assert new or not kept, "two looks in a row said otherwise"
        before, kept = shown, not new


@given(LOOKS)
def test_without_a_second_look_nothing_is_promised(looks):
    for until, text, probability in looks:
        hearing = Hearing(until * FRAME, said(text, 0, probability=probability))
        assert Agreement(trust(apart=1)).hear(hearing)[0] == ()


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("one two.", "one two"),
        ("one, two?!", "one, two"),
        ("one two", "one two"),
        ("你好。", "你好"),
        ("one -", "one -"),
        ("one ...", "one ..."),  # a word of nothing else stays: text is never lost
        ("", ""),
    ],
)
def test_the_punctuation_at_the_end_is_left_open(text, bare):
    assert text_of(unpunctuated(said(text, 0))) == bare
