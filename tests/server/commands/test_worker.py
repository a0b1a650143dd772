"""`captionflow worker` as people run it: a process beside the database and the objects."""

import asyncio
import signal
from pathlib import Path

import pytest

from storage.records import Status
from tests.server.commands.shared import WAIT, begun, captionflow
from tests.server.work.house import opened, quick, wav


@pytest.mark.slow
async def test_a_worker_does_jobs_and_ends_when_it_is_asked(
    tmp_path: Path, database_url: str
) -> None:
    model = {"CAPTIONFLOW_MODEL_NAME": "tiny.en", "CAPTIONFLOW_MODEL_WORKERS": "1"}
    async with (
        opened(quick(tmp_path, database_url)) as house,
        begun("worker", "--data-dir", tmp_path, env={"DATABASE_URL": database_url, **model}) as it,
    ):
        assert it.stdout is not None
        async with asyncio.timeout(WAIT):
            assert await it.stdout.readline() == b"ready\n"
        job = await house.upload(wav("..######......"), model="tiny.en")
        assert (await house.ended(job)).status is Status.COMPLETED
        it.send_signal(signal.SIGTERM)
        async with asyncio.timeout(WAIT):
            out, err = await it.communicate()
        assert it.returncode == 0, err.decode()
        assert out == b""
        assert house.files() == []


async def test_what_hinders_it_is_told_in_words(tmp_path: Path) -> None:
    env = {
        "DATABASE_URL": "postgresql://127.0.0.1:1/none",
        "CAPTIONFLOW_STORAGE_START_TIMEOUT": "0.2",
    }
    answer = await captionflow("worker", "--data-dir", tmp_path, env=env)
    assert answer.code == 1
    assert answer.err.startswith("Error: no database at 127.0.0.1:1/none")
