import asyncio
import os
from pathlib import Path

import pytest

from storage.errors import Unusable
from storage.locks import held
from tests.storage.shared import python

OWNER = """
import asyncio, sys
from pathlib import Path
from storage.locks import held

async def main():
    async with held(Path(sys.argv[1]), 0, "held"):
        print("held", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_lock_is_held_by_one_and_free_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    async with held(path, 0, "taken"):
        with pytest.raises(Unusable, match="taken"):
            async with held(path, 0.05, "taken"):
                pass
    async with held(path, 0, "taken"):
        pass


async def test_who_waits_gets_it_next(tmp_path: Path) -> None:
    path, waiting = tmp_path / "lock", asyncio.Event()

    async def second() -> int:
        waiting.set()
        async with held(path, 20, "taken") as handle:
            return handle

    async with held(path, 0, "taken"):
        task = asyncio.create_task(second())
        await waiting.wait()
    assert await task >= 0


async def test_a_lock_ends_with_a_killed_owner(tmp_path: Path) -> None:
    with python(OWNER, tmp_path / "lock") as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "held\n"
        with pytest.raises(Unusable):
            async with held(tmp_path / "lock", 0, "taken"):
                pass
        owner.kill()
        async with held(tmp_path / "lock", 20, "taken"):
            pass


async def test_a_child_keeps_only_the_handle_it_is_given(tmp_path: Path) -> None:
    async with held(tmp_path / "lock", 0, "taken") as handle:
        assert not os.get_inheritable(handle)
