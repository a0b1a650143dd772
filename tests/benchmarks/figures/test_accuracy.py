"""Word errors and words out of nothing."""

import pytest
from captionflow import Final, Word

from benchmarks.figures.accuracy import Errors, duplicated, errors, lost, words_on_nonspeech
from benchmarks.speech.normalise import Spoken


def test_kinds_of_errors():
    found = errors(["a", "b", "c", "d"], ["a", "x", "c", "e", "f"])
    assert found == Errors(substitutions=2, deletions=0, insertions=1, words=4)
    assert found.rate == 0.75


def test_nothing_heard_and_nothing_said():
    assert errors(["a", "b"], []) == Errors(deletions=2, words=2)
    assert errors([], ["a"]) == Errors(insertions=1)
    assert errors([], ["a"]).rate is None


def test_errors_add_up():
    assert Errors(1, 2, 3, 10) + Errors(1, 0, 0, 10) == Errors(2, 2, 3, 20)


def final(*words, text=""):
    start, end = (words[0].start, words[-1].end) if words else (8.0, 9.0)
    return Final(1, 0, start, end, text, words)


REFERENCE = [Spoken("hello", 1.0, 1.4), Spoken("world", 5.0, 5.5)]


def test_words_far_from_speech():
    heard = final(Word("hello", 1.1, 1.5), Word("you", 2.9, 3.1), Word("world", 4.4, 4.8))
    assert words_on_nonspeech([heard], REFERENCE) == 1


def test_a_final_without_word_times_counts_by_its_span():
    assert words_on_nonspeech([final(text="Thank you.")], REFERENCE) == 2
    assert words_on_nonspeech([final(text="Thank you.")], [Spoken("a", 8.2, 8.4)]) == 0
    assert words_on_nonspeech([final(text="Thank you.")], []) == 2


@pytest.mark.parametrize(
    ("said", "reference", "expected"),
    [
        ("a b c d a b c d e", "a b c d e", 4),
        ("a b a b c", "a b c", 0),  # two words twice: people talk so
        ("x a b c a b c a b c", "x a b c", 6),
        ("a b c a b c d", "a b c a b c d", 0),  # it was said twice
        ("a b c x a b c", "a b c", 0),  # not at once
        ("a b c", "a b c", 0),
        ("", "a b c", 0),
    ],
)
def test_words_said_twice(said, reference, expected):
    assert duplicated(said.split(), reference.split()) == expected


@pytest.mark.parametrize(
    ("offline", "said", "expected"),
    [
        ("a b c d", "a d", 2),
        ("a d", "a d", 0),  # the model does not hear them at all
        ("a b c d", "a x c d", 0),  # heard wrongly is not lost
        ("a b c d", "", 4),
    ],
)
def test_words_that_only_the_live_transcript_lacks(offline, said, expected):
    assert lost(["a", "b", "c", "d"], offline.split(), said.split()) == expected
