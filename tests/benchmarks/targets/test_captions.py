"""Segments out of fixed and doubtful text."""

from captionflow.protocol import Ended, Final, Partial, Word

from benchmarks.targets.captions import Captions


def test_a_segment_grows_and_ends():
    captions = Captions()
    (first,) = captions.show("red", 0.5, 0.9)
    assert first == Partial(seg=0, text="red", stable=0, start=0.5, end=0.9)
    captions.add("red fox", 0.5, 1.0)
    (second,) = captions.show("old", 1.1, 1.4)
    assert second == Partial(seg=0, text="red fox old", stable=7, start=0.5, end=1.4)
    captions.add("old oak", 1.1, 1.9)
    assert captions.close(endpoint=True) == [
        Final(seq=1, seg=0, start=0.5, end=1.9, text="red fox old oak", endpoint=True)
    ]
    assert captions.show("wet", 2.0, 2.2)[0].seg == 1
    assert captions.ended(64_000) == Ended(seq=2, pos=64_000, duration=2.0)


def test_what_shows_nothing_new_is_not_shown():
    captions = Captions()
    assert captions.show(" ", 0.0, 0.0) == []
    assert len(captions.show("red", 0.0, 1.0)) == 1
    assert captions.show(" red ", 0.0, 2.0) == []
    captions.add("red", 0.0, 1.0)
    assert [event.stable for event in captions.show("", 0.0, 1.0)] == [3]


def test_a_segment_without_fixed_text_is_taken_back_and_its_number_used_again():
    captions = Captions()
    captions.show("red", 0.0, 1.0)
    (event,) = captions.close(endpoint=True)
    assert (event.seg, event.text) == (0, "")
    assert captions.close(endpoint=True) == []
    assert captions.show("fox", 0.0, 1.0)[0].seg == 0


def test_it_is_covered_when_no_word_was_shown_beyond_the_fixed_text():
    captions = Captions()
    assert not captions.covered
    captions.show("red fox old", 0.0, 1.0)
    captions.add("Red fox.", 0.0, 0.8)
    assert not captions.covered
    captions.add("Old", 0.8, 1.0)
    assert captions.covered


def test_words_go_with_their_segment():
    captions = Captions()
    word = Word(" red", 0.0, 0.4)
    captions.add("red", 0.0, 0.4, (word,))
    assert captions.close(endpoint=False)[0].words == (word,)
    captions.add("fox", 0.5, 0.9)
    assert captions.close(endpoint=False)[0].words == ()
