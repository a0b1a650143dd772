"""Publishers with loss, against a server of tones as a process."""

import pytest

from benchmarks.chaos.model import NAME
from benchmarks.whip.loss import PACKETS, Settings, measure


@pytest.mark.slow
async def test_what_is_missing_is_what_was_lost(folder, corpus_folder):
    told = []
    settings = Settings(percent=(20.0,), seconds=5.0, model=NAME)
    result = await measure(settings, corpus_folder, folder, told.append)
    assert result.faults == ()
    none, lossy = result.levels
    assert (none.percent, lossy.percent) == (0.0, 20.0)
    assert none.marked[0].lost == 0 and none.spoken[0].errors.rate == 0.0
    (marked,) = lossy.marked
    assert marked.sent == 5 * PACKETS
    assert marked.lost > 20 and marked.found.missing == marked.found.kept == ()
    assert lossy.spoken[0].errors.deletions > 0
    assert all(level.delays[0] for level in result.levels)
    assert "20 % lost, 1 of 1: marks" in told
