"""A short run with real drops; a longer one is `captionflow bench chaos drop`."""

import pytest

from benchmarks.chaos import drop, figures
from benchmarks.chaos.drop import Settings


@pytest.mark.slow
async def test_ten_short_drops_lose_nothing(folder, monkeypatch):
    monkeypatch.setattr("benchmarks.chaos.schedule.REST", 3.0)
    told = []
    result = await drop.measure(Settings(10, 1, clients=5, longest=2.5), folder, told.append)
    assert result.aftermath.faults == ()
    slow = {"from a reconnect to the first event sent again, p95"}  # a busy machine is no fault
    assert {one.name for one in figures.of_drops(result, 10) if one.missed} <= slow
    assert len(result.dropped) == 10
    assert sum(len(log.backs) for log in result.logs) > 4
    assert "of 10 drops" in told[0]
