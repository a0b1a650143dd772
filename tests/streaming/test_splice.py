import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from inference.types import FRAME, Word, text_of
from streaming.splice import differs, splice
from tests.streaming.shared import said

VOCABULARY = st.sampled_from([" the", " The", " cat", " cat.", " sat,", "s", " on", "...", "你好"])


@st.composite
def word_lists(draw):
    texts = draw(st.lists(VOCABULARY, max_size=10))
    at, words = 0, []
    for text in texts:
        start = at + draw(st.integers(-3, 6)) * FRAME
        at = start + draw(st.integers(0, 10)) * FRAME
        words.append(Word(text, start, at, 0.9))
    return tuple(words)


@given(word_lists(), word_lists())
def test_a_final_begins_with_its_promise_always(promised, heard):
    final = splice(promised, heard)
    assert final[: len(promised)] == promised


@given(word_lists(), word_lists())
def test_what_follows_the_promise_is_the_end_of_what_was_heard(promised, heard):
    rest = splice(promised, heard)[len(promised) :]
    if rest and promised and rest[0] not in heard:  # the punctuation that the promise lacks
        assert not any(c.isalnum() for c in rest[0].text)
        rest = rest[1:]
    assert rest == heard[len(heard) - len(rest) :]


@given(word_lists())
def test_a_promise_that_is_kept_changes_nothing(words):
    assert splice(words, words) == words
    assert splice((), words) == words
    assert splice(words, ()) == words


@pytest.mark.parametrize(
    ("promised", "heard", "final"),
    [
        ("the cat", "the cat sat down", "the cat sat down"),
        ("the bat", "the cat sat down", "the bat sat down"),  # one word heard otherwise
        ("go go", "go go go go", "go go go go"),  # said four times, promised twice
        ("thirty first of", "31st of March", "thirty first of March"),
        ("the cat sat", "a dog", "the cat sat"),
    ],
)
def test_the_seam_is_where_the_promise_ends(promised, heard, final):
    assert text_of(splice(said(promised, 0), said(heard, 0))) == final


def test_the_seam_may_lie_after_a_word_more_or_a_word_less():
    one = (*said("the", 0), *said("cat", 6))
    two = said("the black cat sat", 0)
    assert text_of(splice(one, two)) == "the cat sat"
    assert text_of(splice(two[:3], (*one, *said("sat", 9)))) == "the black cat sat"


def test_of_equal_seams_the_nearest_in_time_is_taken():
    promised = said("so so", 10)
    heard = said("so so so so", 4)  # the second "so" of these ends with the first promised
    assert len(splice(promised, heard)) == 2 + 4 - 2
    later = (*said("uh", 0), *said("so so yes", 10))
    assert text_of(splice(promised, later)) == "so so yes"


@pytest.mark.parametrize(
    ("promised", "heard", "final"),
    [
        ("the cat", "the cat. It sat", "the cat. It sat"),
        ("the cat", "The Cat?", "the cat?"),
        ("the cat.", "the cat. It", "the cat. It"),
        ("the cat,", "the cat.", "the cat,"),  # promised punctuation stands
        ("the bat", "the cat.", "the bat"),  # of another word
    ],
)
def test_the_promise_gets_the_punctuation_it_lacks(promised, heard, final):
    assert text_of(splice(said(promised, 0), said(heard, 0))) == final


@pytest.mark.parametrize(
    ("one", "other", "different"),
    [
        ("the cat", "The cat.", False),
        ("the cat ...", "the cat", False),
        ("the cat", "the bat", True),
        ("the cat", "the cat sat", True),
        ("", "", False),
    ],
)
def test_texts_differ_when_they_sound_different(one, other, different):
    assert differs(said(one, 0), said(other, 0)) is different


def test_of_equal_seams_the_one_with_the_same_last_word_is_taken():
    promised = said("the cat", 0)
    heard = tuple(replace(w, end=w.end + 9 * FRAME) for w in said("the black cat sat", 0))
    assert text_of(splice(promised, heard)) == "the cat sat"
