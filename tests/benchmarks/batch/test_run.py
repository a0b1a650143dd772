import asyncio

import psutil
import pytest

from benchmarks.batch.contenders import Contender
from benchmarks.batch.run import play


def workers():
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if "benchmarks.batch.worker" in child.cmdline()
    ]


@pytest.mark.slow
async def test_every_job_has_its_turn_and_one_that_fails_stops_no_other(job):
    told = []
    jobs = [job(files=("/nowhere.wav",)), job(Contender("batched", 2))]
    broken, fine = await play(jobs, told.append)
    assert broken.answer is None and "nowhere.wav" in broken.fault
    assert fine.fault == "" and fine.answer.heard[0].text
    assert told == ["1 of 2: CaptionFlow", "2 of 2: faster-whisper, batched by 2"]


@pytest.mark.slow
async def test_no_process_outlives_a_run_that_is_stopped(job):
    running = asyncio.create_task(play([job()], lambda _: None))
    async with asyncio.timeout(20):
        while not workers():
            await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not workers()
