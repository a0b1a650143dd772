"""Hand-made logs with known answers. The words end at 1, 2 and 3 s."""

import pytest
from msgspec.structs import replace

from benchmarks.figures.latency import latencies
from benchmarks.speech.streams import Turn

WORDS = [("Good", 0.6, 1.0), ("morning", 1.5, 2.0), ("everyone", 2.5, 3.0)]


def test_first_shown_and_committed(write):
    log = write(WORDS)
    log.partial(1.4, "Good")
    log.partial(2.3, "Good morning", stable="Good")
    log.final(3.8, "Good morning, everyone.")
    found = latencies(log.log)
    assert found.shown == pytest.approx((0.4, 0.3, 0.8))
    assert found.committed == pytest.approx((1.3, 1.8, 0.8))
    assert found.missed == 0
    assert found.first_word == pytest.approx(0.8)
    assert found.last_final == pytest.approx(0.8)
    assert found.endings == pytest.approx((0.8,))


def test_a_word_counts_from_when_it_was_right(write):
    log = write(WORDS)
    log.partial(2.2, "Good warning")
    log.partial(2.6, "Good morning")
    log.partial(2.8, "Good moaning")
    log.final(4.0, "Good morning everyone")
    assert latencies(log.log).shown == pytest.approx((1.2, 0.6, 1.0))


def test_a_word_shown_at_another_place_does_not_count(write):
    log = write([("no", 0.5, 1.0), ("and", 1.5, 2.0), ("no", 2.5, 3.0)])
    log.partial(1.1, "no")
    log.partial(2.1, "no and")
    log.final(3.2, "no and no")
    assert latencies(log.log).shown == pytest.approx((0.1, 0.1, 0.2))


def test_words_that_were_never_right_are_counted_and_not_timed(write):
    log = write(WORDS)
    log.partial(3.1, "Good morning everyone")
    log.final(4.0, "Good mourning")
    found = latencies(log.log)
    assert len(found.shown) == len(found.committed) == 1
    assert found.missed == 2


def test_a_lost_tail(write):
    log = write(WORDS)
    log.partial(1.4, "Good")
    log.final(1.9, "Good", seg=0)
    log.partial(3.2, "morning everyone", seg=1)
    found = latencies(log.log)
    assert found.shown == pytest.approx((0.4,))
    assert found.missed == 2
    assert found.last_final == pytest.approx(-1.1)


def test_segments_stand_in_the_order_of_their_finals(write):
    log = write(WORDS)
    log.partial(1.2, "Good", seg=0)
    log.partial(2.2, "morning", stable="morning", seg=3)
    log.final(2.5, "Good", seg=0, endpoint=False)
    log.final(3.5, "morning everyone", seg=3)
    found = latencies(log.log)
    assert found.shown == pytest.approx((0.2, 0.2, 0.5))
    assert found.committed == pytest.approx((1.5, 0.2, 0.5))
    assert found.endings == pytest.approx((0.5,))


def test_captions_after_their_final_change_nothing(write):
    log = write(WORDS)
    log.final(1.5, "Good")
    log.partial(3.1, "Good morning everyone")
    found = latencies(log.log)
    assert found.shown == pytest.approx((0.5,))
    assert found.missed == 2


def test_an_ending_counts_from_the_last_word_that_was_heard_however_wrongly(write):
    log = write(WORDS)
    log.final(2.7, "Good warning")
    assert latencies(log.log).endings == pytest.approx((0.7,))


def test_an_empty_final_takes_its_caption_back(write):
    log = write(WORDS)
    log.partial(0.3, "Thanks for watching")
    log.final(0.9, "")
    found = latencies(log.log)
    assert (found.shown, found.missed, found.endings) == ((), 3, ())
    assert found.first_word == pytest.approx(-0.3)


def test_a_silent_server(write):
    found = latencies(write(WORDS).log)
    assert (found.shown, found.missed) == ((), 3)
    assert found.first_word is None and found.last_final is None


def test_nobody_speaks(write):
    log = write([])
    log.final(2.0, "Thank you.")
    found = latencies(log.log)
    assert (found.missed, found.shown) == (0, ())
    assert found.first_word is None and found.last_final is None


def test_ends_that_the_client_asked_for(write):
    log = write(WORDS)
    turns = (Turn(0.5, 2.2, 2.0, 0, 2), Turn(2.4, 3.2, 3.0, 2, 3), Turn(5.0, 6.0, 6.0, 3, 3))
    log.log.stream = replace(log.log.stream, turns=turns)
    log.final(1.6, "Good", seg=0, endpoint=False)
    log.final(2.4, "mourning", seg=1)
    log.final(3.1, "everyone", seg=2)
    assert latencies(log.log).forced == ()
    log.log.flushed = 1
    found = latencies(log.log)
    assert found.forced == pytest.approx((0.4,))
    assert found.endings == ()
    log.log.flushed = 2
    assert latencies(log.log).forced == pytest.approx((0.4, 0.1))


def test_an_utterance_of_which_nothing_was_heard_has_no_ending(write):
    log = write(WORDS)
    log.log.stream = replace(log.log.stream, turns=(Turn(0.5, 3.2, 3.0, 0, 3),))
    log.log.flushed = 1
    log.final(4.0, "")
    assert latencies(log.log).forced == ()


def test_without_word_times_no_latency_is_told(write):
    log = write([("Good", 0.5, 3.5), ("morning", 0.5, 3.5)])
    turns = (Turn(0.5, 3.5, 3.5, 0, 2),)
    log.log.stream = replace(log.log.stream, turns=turns, timed=False)
    log.partial(1.4, "Good", stable="Good")
    log.final(3.9, "Good mourning")
    found = latencies(log.log)
    assert (found.shown, found.committed, found.endings, found.forced) == ((), (), (), ())
    assert (found.first_word, found.last_final, found.missed) == (None, None, 1)
    assert found.lagging == pytest.approx(((0.9 + 3.4 - 1.5) / 2,))
