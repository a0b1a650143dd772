import pytest

from server.webrtc.inbox import SAYINGS, Flood, Inbox
from server.webrtc.messages import Lost, Opened, Said, Silence, Sound


def drained(inbox: Inbox) -> list[object]:
    told: list[object] = []
    while (brought := inbox.take()) is not None:
        told.append(brought)
    assert (inbox.sound, inbox.said) == (0, 0)
    return told


def test_what_comes_is_taken_in_order() -> None:
    inbox = Inbox()
    came = [Opened(1), Sound(1, b"ab"), Said(1, "x"), Silence(1, 3), Sound(1, b"cd"), Lost(1, "f")]
    for each in came:
        inbox.put(each)
    assert drained(inbox) == came


def test_silence_after_silence_is_one() -> None:
    inbox = Inbox()
    for _ in range(1000):
        inbox.put(Silence(1, 7))
    assert drained(inbox) == [Silence(1, 7000)]


def test_the_oldest_sound_becomes_silence_of_the_same_length() -> None:
    inbox = Inbox(most=4)
    inbox.put(Opened(1))
    for letter in b"abcdef":
        inbox.put(Sound(1, bytes([letter, letter])))
    assert inbox.dropped == 2
    inbox.put(Said(1, "x"))
    inbox.put(Sound(1, b"gggg"))
    assert drained(inbox) == [
        Opened(1),
        Silence(1, 4),
        *(Sound(1, each) for each in (b"ee", b"ff")),
        Said(1, "x"),
        Sound(1, b"gggg"),
    ]


def test_a_publisher_cannot_say_more_than_anybody_listens_to() -> None:
    inbox = Inbox()
    for _ in range(SAYINGS):
        inbox.put(Said(1, "x"))
    with pytest.raises(Flood):
        inbox.put(Said(1, "x"))
    inbox.put(Sound(1, b"ab"))
    assert len(drained(inbox)) == SAYINGS + 1
