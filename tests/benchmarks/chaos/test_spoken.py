"""Tones as a stream: its words are where its sound is."""

from benchmarks.chaos import spoken, tones
from benchmarks.page.place import sound


def test_words_stand_where_they_are_heard():
    stream = spoken.stream("spoken", 6.0)
    heard = tones.heard(sound(stream.samples), 0)
    assert [word.text.strip() for word in heard] == [word.text for word in stream.words]
    for found, word in zip(heard, stream.words, strict=True):
        assert abs(found.start / 16_000 - word.start) < 0.005
        assert abs(found.end / 16_000 - word.end) < 0.005
    assert stream.seconds >= 6.0 and stream.tokens


def test_the_same_name_is_the_same_talk():
    one, same, other = (spoken.stream(name, 3.0) for name in ("a", "a", "b"))
    assert (one.samples == same.samples).all() and one.words == same.words
    assert one.words != other.words
