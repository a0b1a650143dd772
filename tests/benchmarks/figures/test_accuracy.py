"""Word errors and words out of nothing."""

from captionflow import Final, Word

from benchmarks.figures.accuracy import Errors, errors, words_on_nonspeech
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
