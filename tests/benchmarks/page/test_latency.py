"""The same talk to the page and by a raw client, of a server as a process."""

import pytest

from benchmarks.chaos.model import NAME
from benchmarks.page.latency import Settings, measure


@pytest.mark.slow
async def test_in_turns(folder, corpus_folder):
    told = []
    settings = Settings(repeats=1, seconds=5.0, warmup=1.0, model=NAME)
    result = await measure(settings, corpus_folder, folder, told.append)
    assert result.faults == ()
    (page,), (raw,) = result.visited, result.raw
    assert page.told.errors.rate == page.shown.errors.rate == raw.errors.rate == 0.0
    assert page.told.reference == raw.reference
    count = len(raw.latencies.committed)
    assert len(page.shown.latencies.committed) == len(page.told.latencies.committed) == count > 0
    assert min(page.sending) > -0.05 and min(page.showing) > 0
    pairs = zip(page.told.latencies.committed, page.shown.latencies.committed, strict=True)
    assert all(told <= shown for told, shown in pairs)
    assert told == [
        "the server starts",
        "warm-up",
        "repeat 1 of 1: page",
        "repeat 1 of 1: raw client",
    ]
