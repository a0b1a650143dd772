"""What waits, and for how long."""

from server.live.gather import Gather


def test_pieces_wait_until_there_is_enough_and_come_in_order() -> None:
    gather = Gather(enough=6)
    assert [gather.put(piece, hurry=False) for piece in (b"ab", b"cd", b"ef")] == [
        False,
        False,
        True,
    ]
    assert gather.take() == b"abcdef"
    assert gather.take() == b""


def test_a_hurry_takes_what_waited_along() -> None:
    gather = Gather(enough=100)
    assert not gather.put(b"ab", hurry=False)
    assert gather.put(b"cd", hurry=True)
    assert gather.take() == b"abcd"


def test_pieces_that_must_stay_apart_never_wait() -> None:
    gather = Gather(enough=0)
    assert gather.put(b"a", hurry=False)
    assert gather.take() == b"a"
