"""Tokens and their times."""

from benchmarks.speech.normalise import Spoken, Token, timed, tokens


def spoken(text):
    """Words of half a second each."""
    return [Spoken(word, n / 2, n / 2 + 0.4) for n, word in enumerate(text.split())]


def test_case_punctuation_fillers_and_numbers():
    assert tokens("Um, it's the THIRTY first, Mr. Smith!") == [
        *("it", "is", "the", "31st", "mister", "smith"),
    ]


def test_plain_words_keep_their_times():
    assert timed(spoken("Good morning, everyone")) == [
        Token("good", 0.0, 0.4),
        Token("morning", 0.5, 0.9),
        Token("everyone", 1.0, 1.4),
    ]


def test_joined_words_have_been_spoken_with_the_last_of_them():
    assert timed(spoken("the thirty first of")) == [
        Token("the", 0.0, 0.4),
        Token("31st", 0.5, 1.4),
        Token("of", 1.5, 1.9),
    ]


def test_a_contraction_is_two_words_at_one_time():
    assert timed(spoken("so I'm late")) == [
        Token("so", 0.0, 0.4),
        Token("i", 0.5, 0.9),
        Token("am", 0.5, 0.9),
        Token("late", 1.0, 1.4),
    ]


def test_fillers_leave_no_token():
    assert [token.text for token in timed(spoken("well um yes"))] == ["well", "yes"]


def test_nothing_said():
    assert timed([]) == []
