import os
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from storage.errors import TooLarge
from storage.pieces import PIECE, lots, of_bytes, of_file


async def each(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([], [b""]),
        ([b""], [b""]),
        ([b"a"], [b"a"]),
        ([b"abc"], [b"abc", b""]),  # a lot that is full is never the last
        ([b"ab", b"", b"c", b"d"], [b"abc", b"d"]),
        ([b"abcdefgh"], [b"abc", b"def", b"gh"]),
        ([b"a", b"bcdef"], [b"abc", b"def", b""]),
    ],
)
async def test_lots_are_full_but_for_the_last(pieces: list[bytes], expected: list[bytes]) -> None:
    assert [lot async for lot in lots(each(pieces), 3)] == expected


async def test_a_limit_may_be_reached_and_not_passed() -> None:
    taken = [lot async for lot in lots(each([b"abc", b"de"]), 3, limit=5)]
    assert taken == [b"abc", b"de"]
    taken.clear()
    with pytest.raises(TooLarge, match="more than 4 bytes"):
        async for lot in lots(each([b"abc", b"de", b"never"]), 3, limit=4):
            taken.append(lot)
    assert taken == [b"abc"]


async def test_a_file_comes_in_small_pieces(tmp_path: Path) -> None:
    data = os.urandom(PIECE + 5)
    (tmp_path / "file").write_bytes(data)
    pieces = [piece async for piece in of_file(tmp_path / "file")]
    assert [len(piece) for piece in pieces] == [PIECE, 5]
    assert b"".join(pieces) == data
    with pytest.raises(FileNotFoundError):
        await anext(of_file(tmp_path / "missing"))


async def test_bytes_are_one_piece() -> None:
    assert [piece async for piece in of_bytes(b"abc")] == [b"abc"]
