"""A short run with real kills; a longer one is `captionflow bench chaos worker`."""

import pytest

from benchmarks.chaos import figures, workers
from benchmarks.chaos.workers import Settings


@pytest.mark.slow
async def test_kills_of_workers_lose_nothing(folder):
    settings = Settings(3, 1, clients=3, shortest=5.0, longest=15.0, lost=1.0)
    told = []
    result = await workers.measure(settings, folder, told.append)
    assert result.finished.faults == ()
    assert [one.name for one in figures.of_workers(result, 3) if one.missed] == []
    assert len(result.killed) == 3 and len(result.sent) >= 3
    assert {"server", "worker-1", "worker-2"} == {*result.starts}
    assert "of 3 kills" in told[0]
