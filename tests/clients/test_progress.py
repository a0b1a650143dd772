"""Positions, limits and numbers, without a socket."""

import pytest
from captionflow.progress import Progress
from captionflow.protocol import (
    AudioAck,
    AudioFormat,
    BadEvent,
    Partial,
    SpeechStart,
    Warning,
    Welcome,
)


def open_progress(max_ahead_s=1.0, max_frame=109, **welcome):
    progress = Progress(AudioFormat())
    progress.welcome(Welcome("s1", max_ahead_s=max_ahead_s, max_frame=max_frame, **welcome))
    return progress


def test_pieces_leave_room_for_the_header_and_keep_samples_whole():
    pieces = list(open_progress(max_frame=110).pieces(bytes(250)))
    assert [len(piece) for piece in pieces] == [100, 100, 50]


def test_half_a_sample_is_refused():
    with pytest.raises(ValueError, match="whole samples of 2 bytes"):
        list(open_progress().pieces(b"abc"))


def test_positions_go_on_from_frame_to_frame():
    progress = open_progress()
    assert [progress.frame(b"ab")[1:9], progress.frame(b"cd")[1:9]] == [bytes(8), bytes(7) + b"\2"]


def test_a_second_ahead_and_no_further():
    progress = open_progress()
    progress.frame(bytes(32_000))
    assert not progress.may_send(2)
    progress.heard(AudioAck(received=100, settled=0))
    assert progress.may_send(100)
    assert not progress.may_send(102)


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
    assert heard == [False, True, False, True, True, True]


def test_acknowledged_once():
    progress = open_progress()
    assert progress.ack() is None
    for seq in range(1, 21):
        assert not progress.many_unacked
        progress.heard(SpeechStart(seq=seq, seg=seq, at=0.0))
    assert progress.many_unacked
    assert (progress.ack(), progress.ack()) == (20, None)


@pytest.mark.parametrize("limits", [{"max_frame": 10}, {"max_ahead_s": 0.0}])
def test_limits_that_leave_no_room(limits):
    with pytest.raises(BadEvent, match="allows no audio"):
        open_progress(**limits)
