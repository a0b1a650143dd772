"""What is kept for a server that may ask again."""

from captionflow.kept import Kept


def test_it_gives_what_is_asked_for_until_it_is_freed():
    kept = Kept(100)
    for piece in (b"abcd", b"efgh", b"ij"):
        kept.add(piece)
    assert (kept.start, kept.end) == (0, 10)
    assert [kept.at(pos, 3) for pos in (0, 2, 5, 8, 10)] == [b"abc", b"cd", b"fgh", b"ij", b""]
    kept.free(7)  # not in the middle of a piece
    assert (kept.start, kept.at(4, 9), kept.at(0, 9)) == (4, b"efgh", b"")
    kept.free(10)
    assert (kept.start, kept.end) == (10, 10)


def test_the_oldest_go_when_there_is_no_room():
    kept = Kept(8)
    for piece in (b"abcd", b"efgh", b"ij"):
        kept.add(piece)
    assert (kept.start, kept.end) == (4, 10)


def test_what_the_server_has_makes_room():
    kept = Kept(8)
    kept.add(b"abcdefgh")
    assert not kept.room(2, received=0)
    assert kept.room(2, received=4) and not kept.room(6, received=4)
    kept.add(b"ij")
    assert kept.start == 8
