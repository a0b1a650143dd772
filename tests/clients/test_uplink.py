"""What goes up, in which order, and again."""

import json

from captionflow.protocol import End, Ended, Flush, Flushed, Options, Ping, Update, Updated
from captionflow.uplink import Uplink


def all_of(uplink, until=1000, most=4):
    """What is sent now: audio as its position and bytes, the rest by type."""
    sent = []
    while (message := uplink.next(until, most)) is not None:
        if isinstance(message, str):
            sent.append(json.loads(message)["type"])
        elif message[0] == 2:
            sent.append((int.from_bytes(message[1:9], "big"), int.from_bytes(message[9:], "big")))
        else:
            sent.append((int.from_bytes(message[1:9], "big"), message[9:]))
    return sent


def test_orders_keep_their_place_among_the_audio():
    uplink = Uplink(100)
    uplink.kept.add(b"abcdef")
    uplink.order(Flush("f"))
    uplink.kept.add(b"gh")
    uplink.order(End(8))
    uplink.ping(Ping(1.0))
    assert all_of(uplink, until=6) == ["ping", (0, b"abcd"), (4, b"ef"), "flush"]
    assert not uplink.idle
    assert all_of(uplink) == [(6, b"gh"), "end"]
    assert uplink.idle


def test_a_new_connection_gets_what_the_server_lacks_and_what_was_not_answered():
    uplink = Uplink(100)
    uplink.kept.add(b"abcd")
    uplink.order(Flush("f"))
    uplink.order(Update(Options()))
    uplink.kept.add(b"efgh")
    all_of(uplink)
    assert uplink.answered(Flushed(seq=1, id="f", pos=4))
    uplink.ping(Ping(1.0))
    uplink.rewind(6)
    assert all_of(uplink) == ["update", (6, b"gh")]


def test_what_was_asked_for_twice_is_answered_once():
    uplink = Uplink(100)
    uplink.order(Flush("f"))
    all_of(uplink)
    uplink.rewind(0)
    assert all_of(uplink) == ["flush"]
    assert uplink.answered(Flushed(seq=1, id="f", pos=0))
    assert not uplink.answered(Flushed(seq=2, id="f", pos=0))
    assert not uplink.answered(Updated(seq=3, options=Options()))
    assert uplink.answered(Ended(seq=4, pos=0, duration=0.0))


def test_lost_audio_is_a_gap():
    uplink = Uplink(4)
    uplink.kept.add(b"abcd")
    all_of(uplink)
    uplink.kept.add(b"efgh")
    uplink.rewind(2)
    assert all_of(uplink) == [(2, 2), (4, b"efgh")]
    assert uplink.lost == 2


def test_a_server_that_has_gone_back_is_asked_again_without_a_second_answer():
    uplink = Uplink(100)
    for id in ("a", "b", "c"):
        uplink.order(Flush(id))
        uplink.kept.add(b"abcd")
    uplink.order(Update(Options()))
    all_of(uplink)
    for seq, id in enumerate(("a", "b"), 1):
        assert uplink.answered(Flushed(seq=seq, id=id, pos=0))
    assert uplink.answered(Updated(seq=3, options=Options()))
    uplink.rewind(4, back=True)
    assert all_of(uplink) == ["flush", (4, b"abcd"), "flush", (8, b"abcd"), "update"]
    assert not uplink.answered(Flushed(seq=2, id="b", pos=4))
    assert uplink.answered(Flushed(seq=3, id="c", pos=8))
    assert not uplink.answered(Updated(seq=4, options=Options()))
    uplink.rewind(12, back=True)
    assert all_of(uplink) == ["update"]
    uplink.free(13)
    uplink.rewind(12, back=True)
    assert all_of(uplink) == ["update"], "it was not answered yet"
    assert not uplink.answered(Updated(seq=4, options=Options()))
    uplink.free(13)
    uplink.rewind(12, back=True)
    assert all_of(uplink) == []
