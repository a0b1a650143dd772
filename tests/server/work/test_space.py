from pathlib import Path
from subprocess import PIPE

import pytest

from server.work.space import space
from storage.errors import Unusable
from tests.storage.shared import python

HOLD = """
import asyncio, sys
from pathlib import Path
from server.work.space import space

async def hold():
    async with space(Path(sys.argv[1]), "other") as folder:
        (folder / "file").touch()
        print("held", flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(hold())
"""


async def test_a_folder_is_gone_with_its_worker(tmp_path: Path) -> None:
    home = tmp_path / "working"
    async with space(home, "w") as folder:
        (folder / "file").touch()
    assert [it.name for it in home.iterdir()] == ["lock"]


async def test_those_of_dead_workers_are_removed_and_of_others_not(tmp_path: Path) -> None:
    (tmp_path / "dead").mkdir()
    (tmp_path / "dead" / "file").touch()
    with python(HOLD, tmp_path, stdin=PIPE) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
            async with space(tmp_path, "w"):
                names = {it.name for it in tmp_path.iterdir()}
            assert names == {"lock", "other", "w"}
            assert (tmp_path / "other" / "file").exists()
        finally:
            other.kill()
    async with space(tmp_path, "w"):
        assert not (tmp_path / "other").exists()


async def test_a_name_is_one_workers(tmp_path: Path) -> None:
    async with space(tmp_path, "w"):
        with pytest.raises((Unusable, FileExistsError)):
            async with space(tmp_path, "w"):
                raise AssertionError("two have it")
