import pytest

from streaming.agreement import spoken
from streaming.phrases import PHRASES


def test_phrases_are_kept_by_their_sound():
    assert "" not in PHRASES
    assert all(spoken(phrase) == phrase for phrase in PHRASES)


@pytest.mark.parametrize("text", ["Thank you.", "THANKS FOR WATCHING!", "Merci.", " 谢谢大家。"])
def test_a_phrase_is_known_however_it_is_written(text):
    assert spoken(text) in PHRASES
