"""Positions, limits and numbers, without a socket."""

import pytest
from captionflow.progress import Progress
from captionflow.protocol import (
    AudioAck,
    AudioFormat,
    BadEvent,
    Ended,
    Final,
    Partial,
    SpeechStart,
    Warning,
    Welcome,
    Word,
)


def open_progress(max_ahead_s=1.0, max_frame=109, **welcome):
    progress = Progress(AudioFormat())
    progress.welcome(Welcome("s1", max_ahead_s=max_ahead_s, max_frame=max_frame, **welcome))
    return progress


def test_pieces_leave_room_for_the_header_and_keep_samples_whole():
    pieces = list(open_progress(max_frame=110).pieces(bytes(250), 1000))
    assert [len(piece) for piece in pieces] == [100, 100, 50]


def test_pieces_are_no_longer_than_they_may_be():
    pieces = list(open_progress().pieces(bytes(100), 41))
    assert [len(piece) for piece in pieces] == [40, 40, 20]


def test_half_a_sample_is_refused():
    with pytest.raises(ValueError, match="whole samples of 2 bytes"):
        list(open_progress().pieces(b"abc", 1000))


def test_a_second_ahead_and_no_further():
    progress = open_progress()
    assert progress.until == 32_000
    progress.heard(AudioAck(received=100, settled=0))
    assert progress.until == 32_100


def test_an_old_ack_takes_nothing_back():
    progress = open_progress()
    progress.heard(AudioAck(received=100, settled=50))
    progress.heard(AudioAck(received=60, settled=20))
    assert (progress.received, progress.settled) == (100, 50)


def test_what_was_seen_is_dropped_and_unnumbered_events_are_not():
    progress = open_progress(seq=3)
    heard = [
        progress.heard(event)
        for event in (
            SpeechStart(seq=3, seg=0, at=0.1),
            SpeechStart(seq=4, seg=0, at=0.1),
            SpeechStart(seq=4, seg=0, at=0.1),
            Partial(seg=0, text="a"),
            Partial(seg=0, text="a"),
            Warning(code="slow", message="busy"),
        )
    ]
    assert [event is not None for event in heard] == [False, True, False, True, True, True]


def test_acknowledged_once():
    progress = open_progress()
    assert progress.ack() is None
    for seq in range(1, 21):
        assert not progress.many_unacked
        progress.heard(SpeechStart(seq=seq, seg=seq, at=0.0))
    assert progress.many_unacked
    assert (progress.ack(), progress.ack()) == (20, None)


def test_a_session_goes_on_with_the_numbers_it_had():
    progress = open_progress()
    progress.heard(SpeechStart(seq=1, seg=0, at=0.1))
    again = Welcome("s1", token="t2", resumed=True, received=60, settled=50, seq=7)
    progress.welcome(again)
    assert (progress.seq, progress.received, progress.settled, progress.token) == (1, 60, 0, "t2")
    assert progress.heard(SpeechStart(seq=2, seg=1, at=0.5)) is not None


def test_a_server_that_has_lost_the_session_begins_where_the_text_ends():
    progress = open_progress()
    progress.heard(AudioAck(received=96_000, settled=16_000))
    progress.heard(Final(seq=1, seg=0, start=0.1, end=1.0, text="one"))
    assert (progress.settled, progress.told) == (16_000, 32_000)
    assert progress.begin_anew(kept=0) == 32_000
    progress.welcome(Welcome("s2", received=32_000))
    told = progress.heard(
        Final(seq=1, seg=0, start=0.5, end=1.0, text="two", words=(Word("two", 0.5, 1.0),))
    )
    assert (told.seg, told.start, told.end, told.words[0].start) == (1, 1.5, 2.0, 1.5)
    assert progress.told == 32_000  # nothing of it was acknowledged
    assert progress.heard(Ended(seq=2, pos=64_000, duration=1.0)).duration == 2.0


@pytest.mark.parametrize("limits", [{"max_frame": 10}, {"max_ahead_s": 0.0}])
def test_limits_that_leave_no_room(limits):
    with pytest.raises(BadEvent, match="allows no audio"):
        open_progress(**limits)


def gone_back():
    """Told two finals, of which the next server knows the first."""
    progress = open_progress()
    for seq, seg in ((2, 0), (4, 1)):
        progress.heard(SpeechStart(seq=seq - 1, seg=seg, at=seg + 0.1))
        progress.heard(Final(seq=seq, seg=seg, start=seg + 0.1, end=seg + 0.8, text=str(seg)))
    welcome = Welcome("s1", token="t2", resumed=True, received=60, seq=3, after=2)
    assert progress.welcome(welcome)
    return progress


def test_a_server_that_goes_back_is_followed_and_nothing_is_told_twice():
    progress = gone_back()
    assert (progress.seq, progress.received, progress.ack()) == (2, 60, None)
    assert progress.heard(SpeechStart(seq=3, seg=1, at=1.1)) is None
    assert progress.heard(Final(seq=4, seg=1, start=1.1, end=1.8, text="1")) is None
    assert progress.ack() == 4
    assert progress.heard(SpeechStart(seq=5, seg=2, at=2.1)) == SpeechStart(seq=5, seg=2, at=2.1)


def test_numbers_go_on_growing_when_less_is_told_again():
    progress = gone_back()
    told = progress.heard(SpeechStart(seq=3, seg=1, at=2.1))
    assert (told.seq, told.seg) == (5, 2)
    assert progress.heard(Warning(code="slow", message="busy", seq=4)).seq == 6
    assert progress.welcome(Welcome("s1", resumed=True, seq=9, after=3))
    told = progress.heard(Final(seq=4, seg=1, start=2.1, end=2.9, text="2"))
    assert (told.seq, told.seg) == (7, 2)
    assert (progress.seq, progress.ack()) == (4, 4)


def test_a_server_that_has_all_events_does_not_go_back():
    progress = gone_back()
    assert not progress.welcome(Welcome("s1", resumed=True, seq=9, after=2))
    assert not progress.welcome(Welcome("s1", resumed=True, seq=9))


def test_numbers_of_another_session_go_on_too():
    progress = gone_back()
    progress.begin_anew(kept=0)
    progress.welcome(Welcome("s2"))
    told = progress.heard(Final(seq=1, seg=0, start=0.1, end=0.2, text="2"))
    assert (told.seq, told.seg) == (5, 2)
