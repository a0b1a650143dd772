import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.types import Word, Words
from inference.words import POSITION, joined, timed

SPELLING = st.sampled_from([" the", " cat", ",", ".", ' "', " (", ")", "s", " -", "?!", " 'tis"])


def plain(*texts: str) -> Words:
    return tuple(Word(text, i * 100, (i + 1) * 100, 0.5) for i, text in enumerate(texts))


def path(*positions: int) -> list[tuple[int, int]]:
    """A path that reaches token i at the i-th of these positions and rests until the next."""
    ends = [*positions[1:], positions[-1] + 1]
    return [
        (token, at)
        for token, (begin, end) in enumerate(zip(positions, ends, strict=True))
        for at in range(begin, end)
    ]


def spans(words: Words, start: int = 0) -> list[tuple[str, int, int]]:
    return [(w.text, (w.start - start) // POSITION, (w.end - start) // POSITION) for w in words]


def test_words_take_the_times_of_their_tokens():
    found = timed([" the", " cat", " sat"], [1, 2, 1], path(5, 10, 14, 20, 30), [0.9] * 4, 7000)
    assert spans(found, 7000) == [(" the", 5, 10), (" cat", 10, 20), (" sat", 20, 30)]


def test_a_words_probability_is_the_mean_of_its_tokens():
    found = timed([" a", " bc"], [1, 2], path(0, 10, 20, 30), [0.5, 0.2, 0.6], 0)
    assert [word.probability for word in found] == pytest.approx([0.5, 0.4])


@pytest.mark.parametrize(("spelled", "steps"), [([], path(0, 5)), ([" a"], [])])
def test_nothing_to_align_is_nothing(spelled, steps):
    assert timed(spelled, [1] * len(spelled), steps, [], 0) == ()


def test_a_path_that_ends_early_gives_the_rest_its_last_position():
    found = timed([" a", " b", " c"], [1, 1, 1], [(0, 0), (0, 1), (1, 9)], [0.9] * 3, 0)
    assert spans(found) == [(" a", 0, 9), (" b", 9, 9), (" c", 9, 9)]


def test_a_pause_is_not_part_of_the_words_around_it():
    """The first word lost its front to silence, a later one its end."""
    steps = path(0, 40, 50, 60, 120, 130)
    found = spans(timed([" a", " b", " c", " d", " e"], [1] * 5, steps, [0.9] * 5, 0))
    assert found == [
        (" a", 20, 40),
        (" b", 40, 50),
        (" c", 50, 60),
        (" d", 60, 80),
        (" e", 120, 130),
    ]


@given(st.lists(st.tuples(SPELLING, st.integers(1, 3), st.integers(0, 60)), max_size=12))
def test_times_are_in_order_and_no_letter_is_lost(drawn_words):
    spelled, lengths, gaps = zip(*drawn_words, strict=True) if drawn_words else ((), (), ())
    tokens = sum(lengths)
    positions = [0]
    for index in range(tokens):
        positions.append(positions[-1] + 1 + (gaps[index % len(gaps)] if gaps else 0))
    found = timed(spelled, lengths, path(*positions), [0.5] * tokens, 320)
    assert "".join(word.text for word in found) == "".join(spelled)
    assert all(320 <= word.start <= word.end for word in found)
    assert all(a.start <= b.start for a, b in zip(found, found[1:], strict=False))


@pytest.mark.parametrize(
    ("texts", "together"),
    [
        ([" Hi", ",", " you", "!"], [" Hi,", " you!"]),
        ([" she", " said", ' "', "no", '"'], [" she", " said", ' "no"']),
        ([" (", "yes", ")."], [" (yes)."]),
        ([" one", " -", " two"], [" one", " - two"]),
        ([" so", ' "', " (", "yes", ")", '"'], [" so", ' " (yes)"']),
        ([" end", ' "'], [" end", ' "']),
        ([".", " a"], [".", " a"]),
        ([" a", "?", "!"], [" a?!"]),
        ([], []),
    ],
)
def test_punctuation_is_part_of_its_word(texts, together):
    assert [word.text for word in joined(plain(*texts))] == together


def test_punctuation_does_not_change_the_time_of_its_word():
    assert joined(plain(" Hi", ",")) == (Word(" Hi,", 0, 100, 0.5),)
    assert joined(plain(' "', "no")) == (Word(' "no', 100, 200, 0.5),)
