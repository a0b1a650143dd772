"""Who has a session, and which tokens open it."""

import asyncio
from pathlib import Path

from server.live.archive import Archive
from server.live.holding import Holding
from storage.open import open_storage
from storage.settings import StorageSettings


async def test_one_holder_at_a_time_and_two_tokens(tmp_path: Path, database_url: str) -> None:
    gone, changed = asyncio.Event(), asyncio.Event()
    async with open_storage(StorageSettings(tmp_path, database_url=database_url)) as storage:
        holding = Holding(Archive("s1", storage.segments), (), changed, gone.set)
        tokens = [await holding.new_token(keep=True) for _ in range(3)]
        assert [holding.known(token) for token in tokens] == [False, True, True]
        assert not holding.known("")
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
