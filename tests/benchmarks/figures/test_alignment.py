"""Places of words, picture by picture."""

import pytest

from benchmarks.figures.alignment import Place, places, shown_places


def test_right_wrong_missing_and_invented_words():
    found = places(["a", "b", "c", "d"], ["a", "x", "c", "d", "e"])
    assert found == {0: Place(0, True), 1: Place(1, False), 2: Place(2, True), 3: Place(3, True)}
    assert places(["a", "b", "c"], ["a", "c"]) == {0: Place(0, True), 1: Place(2, True)}


@pytest.mark.parametrize(
    ("shown", "final", "expected"),
    [
        ("", "a b", []),
        ("a b", "a b c", [0, 1]),
        ("a the", "a the b the c", [0, 1]),  # and not the second "the"
        ("x b", "a b c", [1]),
        ("a b x y", "a b", [0, 1]),
        ("a c", "a b c", [0]),  # "c" may stand for "b": no credit in doubt
        ("x y", "a b c", []),
        ("a", "", []),
    ],
)
def test_words_a_caption_shows_of_its_final(shown, final, expected):
    assert shown_places(shown.split(), final.split()) == expected
