"""What is heard twice is told once, however the second server divides it."""

import random

import pytest
from captionflow.overlap import Overlap
from captionflow.protocol import (
    Ended,
    Final,
    Flushed,
    Partial,
    Revise,
    SpeechEnd,
    SpeechStart,
    Word,
)

WORD = 0.3  # seconds


def spoken(first, last):
    """Words of a clock, numbers `first` to before `last`."""
    return tuple(
        Word(f" w{it}", round(it * WORD, 3), round((it + 1) * WORD, 3)) for it in range(first, last)
    )


def final(seg, first, last, seq=1):
    words = spoken(first, last)
    text = "".join(word.word for word in words).strip()
    return Final(seq, seg, words[0].start, words[-1].end, text, words)


def utterance(seg, first, last):
    """All that is said of one, in the order of a server that is quick."""
    end = final(seg, first, last)
    return [
        SpeechStart(1, seg, end.start),
        Partial(seg, "w", start=end.start, end=end.start + WORD),
        SpeechEnd(1, seg, end.end),
        end,
    ]


def behind(had, base=0, last=-1, started=-1.0, stopped=-1.0):
    return Overlap(had, started, stopped, base, last)


def fresh(overlap, events):
    return [told for event in events if (told := overlap.fresh(event)) is not None]


def test_what_was_told_is_not_told_again_and_numbers_stay():
    overlap = behind(had=3.0, base=1, last=2, started=1.8, stopped=3.0)
    assert fresh(overlap, [*utterance(1, 0, 5), *utterance(2, 6, 10)]) == []
    assert fresh(overlap, utterance(3, 12, 15)) == utterance(3, 12, 15)


def test_a_final_that_reaches_over_the_end_is_cut():
    overlap = behind(had=3.0, base=1, last=2, started=1.8, stopped=3.0)
    assert fresh(overlap, utterance(1, 0, 20)) == [
        SpeechEnd(1, 3, 6.0),
        Final(1, 3, 3.0, 6.0, " ".join(f"w{it}" for it in range(10, 20)), spoken(10, 20)),
    ]
    revised = Revise(2, 1, "v0 v19", (*spoken(0, 1), Word(" v19", 5.7, 6.0)))
    assert overlap.fresh(revised) == Revise(2, 3, "v19", (Word(" v19", 5.7, 6.0),))
    assert overlap.fresh(Revise(3, 1, "no words")) is None


def test_without_words_the_middle_decides():
    overlap = behind(had=3.0)
    assert overlap.fresh(Final(1, 0, 0.0, 5.9, "most of it")) is None
    late = Final(2, 1, 0.5, 6.0, "most of it is new")
    assert overlap.fresh(late) == late


def test_an_empty_final_takes_back_what_was_shown():
    overlap = behind(had=3.0, last=0)
    assert overlap.fresh(Final(1, 0, 2.0, 3.1, "")) is None
    empty = Final(2, 1, 3.4, 3.9, "")
    assert overlap.fresh(empty) == empty


def test_numbers_of_finals_are_given_once_when_less_is_divided():
    overlap = behind(had=3.0, base=1, last=4)
    assert fresh(overlap, utterance(1, 0, 10)) == []
    told = fresh(overlap, [*utterance(2, 11, 14), *utterance(3, 16, 18)])
    assert [it.seg for it in told] == [5] * 4 + [6] * 4


def test_what_may_still_reach_over_the_end_keeps_a_number_free():
    """The next one begins before the text of the one before is there."""
    overlap = behind(had=3.0, base=1, last=1)
    start, _, end, whole = utterance(1, 0, 13)
    begins = SpeechStart(1, 2, 4.5)
    told = fresh(overlap, [start, end, begins, whole, final(2, 15, 18)])
    assert [(type(it), it.seg) for it in told] == [
        (SpeechEnd, 2),
        (SpeechStart, 3),
        (Final, 2),
        (Final, 3),
    ]


def test_speech_begins_and_ends_once():
    overlap = behind(
        had=1.0, base=1, last=0, started=2.0
    )  # it began, and was not told to have ended
    events = [SpeechStart(1, 1, 2.1), SpeechEnd(2, 1, 3.0), SpeechStart(3, 2, 3.5)]
    assert fresh(overlap, events) == events[1:]
    overlap = behind(had=1.0, base=1, last=0, started=2.0, stopped=3.0)
    assert fresh(overlap, events) == events[2:]


def test_nothing_was_told_yet():
    overlap = behind(had=-1.0)
    assert fresh(overlap, utterance(0, 0, 1)) == utterance(0, 0, 1)


def test_what_has_no_time_is_told_and_better_text_of_before_is_not():
    overlap = behind(had=3.0, base=2, last=1)
    others = [Flushed(1, "f", 5), Ended(2, 9, 1.0)]
    assert fresh(overlap, [*others, Revise(3, 1, "better"), Revise(4, 2, "new")]) == [
        *others,
        Revise(4, 2, "new"),
    ]


def divided(chance, first, last):
    """The same words in utterances of any length, from one that begins at `first`."""
    cuts = sorted({first, last, *(it for it in range(first + 1, last) if chance.random() < 0.3)})
    return list(zip(cuts, cuts[1:], strict=False))


@pytest.mark.parametrize("seed", range(200))
def test_each_word_once_whoever_hears_it(seed):
    chance = random.Random(seed)
    before = [final(seg, *it) for seg, it in enumerate(divided(chance, 0, 40))]
    had = chance.randrange(1, len(before) + 1)
    stored = chance.randrange(0, had)
    told = before[:had]
    start = round(before[stored].start / WORD)
    overlap = behind(told[-1].end, stored, told[-1].seg, told[-1].start, told[-1].end)
    again = divided(chance, start, 60)
    events = [it for seg, (a, b) in enumerate(again, stored) for it in utterance(seg, a, b)]
    fresh_ones = fresh(overlap, events)
    finals = [*told, *(it for it in fresh_ones if isinstance(it, Final))]
    assert " ".join(it.text for it in finals).split() == [f"w{it}" for it in range(60)]
    numbers = [it.seg for it in finals]
    assert numbers == sorted(set(numbers))
    starts = [it.start for it in finals]
    assert starts == sorted(starts)
