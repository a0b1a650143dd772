"""WHIP as a target: driven as others are, with and without loss."""

import pytest
from captionflow import Final
from captionflow.protocol import Ended, Welcome

from benchmarks.chaos import spoken
from benchmarks.figures import metrics
from benchmarks.run.drive import drive
from benchmarks.targets.port import CannotFlush
from benchmarks.whip.opus import ALONE
from benchmarks.whip.relay import Loss
from benchmarks.whip.target import Whip


async def played(url, seconds=3.0, **more):
    stream = spoken.stream("whip", seconds)
    (log,) = await drive(Whip(url, "en", 500, **more), [stream], (0.0,), 15.0, lambda _: None)
    return log


@pytest.mark.slow
async def test_all_that_is_said_is_heard(url):
    log = await played(url)
    assert log.failure is None
    events = [one.event for one in log.seen]
    assert isinstance(events[0], Welcome) and isinstance(events[-1], Ended)
    score = metrics.score(log)
    assert score.errors.rate == 0.0
    assert len(score.latencies.committed) == len(log.stream.tokens)
    assert min(score.latencies.committed) > 0


@pytest.mark.slow
async def test_a_way_that_loses_half_of_it(url):
    loss = Loss(0.5, 1)
    log = await played(url, loss=loss, way=ALONE)
    assert log.failure is None
    assert 0 < len(loss.lost) < len(loss.seen) == -(-len(log.stream.samples) // 320)
    ended = log.seen[-1].event
    assert ended.duration == pytest.approx(log.stream.seconds, abs=0.2)
    assert metrics.score(log).errors.deletions > 0


async def test_there_is_no_flush(url):
    async with Whip(url, "en", 500).open() as talk:
        with pytest.raises(CannotFlush):
            await talk.flush()
        await talk.end()
        assert [event async for event in talk if isinstance(event, Final)] == []
