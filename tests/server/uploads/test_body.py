import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.uploads.body import CutOff, Mismatch, Patience, TooSlow, as_announced, pieces
from storage.errors import TooLarge
from tests.server.shared import WAIT
from tests.server.uploads.shared import slowly

PATIENT = Patience(WAIT, WAIT)


def told(*bodies: bytes, end: bool = True) -> Callable[[], Awaitable[dict[str, Any]]]:
    """What a server gives an application that asks for the body; without an end it hangs."""
    messages = [{"type": "http.request", "body": body, "more_body": True} for body in bodies]
    if end:
        messages.append({"type": "http.request"})

    async def receive() -> dict[str, Any]:
        if not messages:
            await asyncio.Event().wait()
        return messages.pop(0)

    return receive


async def test_a_body_comes_in_pieces_of_something() -> None:
    assert [it async for it in pieces(told(b"ab", b"", b"c"), PATIENT, 3)] == [b"ab", b"c"]
    assert [it async for it in pieces(told(), PATIENT, 0)] == []


async def test_a_body_that_is_too_large_is_not_read_to_its_end() -> None:
    with pytest.raises(TooLarge):
        [it async for it in pieces(told(b"ab", b"cd", end=False), PATIENT, 3)]


@pytest.mark.parametrize("patience", [Patience(0.01, WAIT), Patience(WAIT, 0.01)])
async def test_a_client_that_is_slow_is_given_up(patience: Patience) -> None:
    async with asyncio.timeout(WAIT):
        with pytest.raises(TooSlow):
            [it async for it in pieces(told(b"ab", end=False), patience, 9)]


async def test_a_client_that_goes_is_noticed() -> None:
    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    with pytest.raises(CutOff):
        [it async for it in pieces(gone, PATIENT, 9)]


async def test_what_was_announced() -> None:
    digest = hashlib.sha256(b"abc").hexdigest()
    for sha256 in (digest, None):
        assert [it async for it in as_announced(slowly([b"ab", b"c"]), 3, sha256)] == [b"ab", b"c"]


@pytest.mark.parametrize(
    ("size", "sha256", "what"), [(2, None, "bytes"), (4, None, "bytes"), (3, "0" * 64, "sha256")]
)
async def test_what_was_not_announced(size: int, sha256: str | None, what: str) -> None:
    with pytest.raises(Mismatch) as caught:
        [it async for it in as_announced(slowly([b"ab", b"c"]), size, sha256)]
    assert caught.value.what == what
