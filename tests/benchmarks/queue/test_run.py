"""Some jobs against a real server."""

import pytest

from benchmarks.queue import run
from benchmarks.queue.run import Settings


@pytest.mark.slow
async def test_all_jobs_are_claimed_once_and_in_turns(folder, monkeypatch):
    monkeypatch.setattr(run, "WAKES", 5)
    told = []
    result = await run.measure(Settings(60, owners=3, claimers=2), folder, told.append)
    assert result.faults == ()
    assert len(result.enqueued) == len(result.claimed) == len(result.finished) == 60
    assert len(result.woken) == 5 and max(result.woken) < run.MISSED
    assert max(result.turns.values()) - min(result.turns.values()) <= 1
    assert min(result.rss) > 10
    assert told[-1] == "5 of 5 times woken"
