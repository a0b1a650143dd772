"""Who has a session, and which tokens open it."""

import asyncio
from pathlib import Path

from server.live.archive import Archive
from server.live.holding import Holding
from server.live.tokens import Given, Token
from storage.open import open_storage
from storage.settings import StorageSettings

SECRET = bytes(32)


async def test_one_holder_at_a_time(tmp_path: Path, database_url: str) -> None:
    gone, changed = asyncio.Event(), asyncio.Event()
    async with open_storage(StorageSettings(tmp_path, database_url=database_url)) as storage:
        archive = Archive("s1", storage.segments)
        holding = Holding(archive, 0, SECRET, Given(), changed, gone.set)
        old, new = object(), object()
        holding.take(old)
        holding.take(new)
        assert changed.is_set() and holding.holder is new
        holding.let_go(old, 0.0)
        assert holding.holder is new
        holding.let_go(new, 0.0)
        async with asyncio.timeout(5):
            await gone.wait()
        gone.clear()
        holding.linger(0.0)
        holding.stay()
        await asyncio.sleep(0.01)
        assert not gone.is_set()


async def test_all_tokens_count_that_are_no_older_than_the_last_one_shown(
    tmp_path: Path, database_url: str
) -> None:
    async with open_storage(StorageSettings(tmp_path, database_url=database_url)) as storage:

        def held(generation: int, given: Given, secret: bytes = SECRET) -> Holding:
            archive = Archive("s1", storage.segments)
            return Holding(archive, generation, secret, given, asyncio.Event(), lambda: None)

        first = held(0, Given())
        tokens = [first.new_token(keep=True) for _ in range(4)]
        assert [first.admitted(token) for token in tokens[:3]] == [Token(0, it) for it in (1, 2, 3)]
        assert [first.admitted(token) is None for token in tokens] == [True, True, False, False]
        assert first.admitted("") is None
        behind = held(1, Given(1, 0))
        assert behind.admitted(tokens[3]) == Token(0, 4), "it was given when the first was lost"
        assert behind.admitted(behind.new_token(keep=True)) == Token(1, 5)
        assert behind.admitted(tokens[3]) is None
        assert held(1, Given(), bytes([1] * 32)).admitted(tokens[3]) is None
