"""The end of a short session, measured on a real server."""

import pytest

from benchmarks.finalize import run
from benchmarks.finalize.run import Settings


@pytest.mark.slow
async def test_from_the_end_to_the_download(folder):
    told = []
    (ending,) = await run.measure(Settings(hours=0.01, runs=1, seed=1), folder, told.append)
    assert ending.faults == ()
    assert 0 < ending.ended <= ending.ready <= ending.downloaded
    assert told[0] == "session 1 of 1: 0 minutes said"
