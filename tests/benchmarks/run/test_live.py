"""A small run against the real server with the smallest real weights."""

import pytest

from benchmarks.run.live import Played, judge, play, prepare
from benchmarks.run.settings import Settings
from benchmarks.speech.corpus import SHIPPED, CorpusError

SETTINGS = Settings(
    target="captionflow",
    corpus="dialogue",
    language="en",
    category=None,
    ids=(),
    seconds=20.0,
    seed=1,
    spread=1.0,
    drain=60.0,
    endpoint_ms=500,
    model="tiny.en",
    offline=False,
    warmup=3.0,
    serve={"streaming": {"look_every": 400}},
)


@pytest.mark.slow
async def test_two_streams_of_twenty_seconds():
    prepared, told = prepare(SETTINGS, SHIPPED, 2), set()
    (played,) = await play(
        SETTINGS, prepared, (2,), None, None, lambda count, logs: told.add(count)
    )
    run = judge(played, {})
    found = run.figures
    # How busy the machine is that runs the tests says nothing of the server.
    assert all("the client was" in fault for fault in run.faults)
    assert told == {0, 2}
    assert [log.failure for log in played.logs] == [None, None]
    assert found.committed.count > 40
    assert (found.rewritten, found.taken_back, found.unfinished) == (0, 0, 0)
    assert found.errors.rate < 0.4
    assert found.stored.rate < 0.4
    assert found.lost_audio == 0
    assert run.usage.cores_with_children > 0
    assert len(run.scores) == 2


def test_a_clock_that_was_set_makes_the_run_invalid(write):
    log = write([("red", 0.5, 1.0)]).log
    run = judge(Played([log], None, None, ["the clock was set by +3.0 s"]), {})
    assert not run.valid
    assert run.faults == ("the clock was set by +3.0 s",)


def test_a_corpus_that_is_not_there(tmp_path):
    with pytest.raises(CorpusError, match="no such folder"):
        prepare(SETTINGS, tmp_path / "nowhere", 2)
