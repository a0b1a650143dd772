import pytest

from benchmarks.viewers.reading import Caption, Reader, body, read


def event(kind, data, id=None):
    number = b"" if id is None else b"id: %d\n" % id
    return number + b"event: %s\ndata: %s\n\n" % (kind.encode(), data.encode())


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


PARTIAL = event("partial", '{"session":"s","seg":3,"rev":1,"text":"a b","stable":1}')
FINAL = event("final", '{"session":"s","seg":3,"text":"a b c"}', 17)
BOTH = [Caption("partial", 3, "a b", 1), Caption("final", 3, "a b c")]


def test_captions_of_a_stream_in_any_pieces():
    stream = chunk(b"retry: 1000\n\n") + chunk(PARTIAL) + chunk(b": keep-alive\n\n") + chunk(FINAL)
    for size in (1, 7, 100, len(stream)):
        reader = Reader({})
        pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
        assert [it for piece in pieces for it in reader.feed(piece)] == BOTH


def test_the_same_piece_is_read_once_for_all_viewers():
    known = {}
    assert Reader(known).feed(chunk(FINAL)) is Reader(known).feed(chunk(FINAL))
    broken = Reader(known)
    assert broken.feed(chunk(FINAL)[:5]) == [] and list(known) == [chunk(FINAL)]
    assert broken.feed(chunk(FINAL)[5:]) == BOTH[1:]


@pytest.mark.parametrize(
    "other",
    [
        b": keep-alive",
        b"retry: 1000",
        event("end", "{}", 18)[:-2],
        event("revise", '{"seg":1,"text":"x"}')[:-2],
    ],
)
def test_what_is_no_caption(other):
    assert read(other) is None


def test_chunks_of_a_body_and_what_is_left():
    assert body(chunk(b"ab") + chunk(b"c") + b"5\r\nxy") == (b"abc", b"5\r\nxy")
    assert body(b"") == (b"", b"")
