"""The driver against a real WebSocket server that knows what will be said."""

import asyncio
from contextlib import asynccontextmanager

import numpy as np
import pytest
from captionflow import Final
from msgspec.structs import replace

from benchmarks.figures.metrics import figures, score
from benchmarks.run.drive import Pace, drive
from benchmarks.speech.normalise import Spoken, timed
from benchmarks.speech.streams import Stream, Turn
from benchmarks.targets.captionflow import CaptionFlow
from tests.benchmarks.peer import parrot

WORDS = [("red", 0.1, 0.2), ("fox", 0.25, 0.4), ("old", 1.1, 1.2), ("oak", 1.25, 1.4)]


def stream(index, seconds=1.6):
    words = tuple(Spoken(*word) for word in WORDS)
    samples = np.zeros(round(seconds * 16_000), np.int16)
    return Stream(index, samples, words, tuple(timed(words)), ("made",))


def target(url):
    return CaptionFlow(url, "en", 500, None, None)


def quiet(logs):
    """Nobody watches."""


def test_frames_are_due_on_an_absolute_schedule():
    pace = Pace(began=10.0)
    assert [pace.due(frame) for frame in (0, 1, 50)] == pytest.approx([10.0, 10.02, 11.0])


def test_the_client_is_late_by_its_own_fault_only():
    pace = Pace(began=10.0)
    assert pace.late(1, now=10.05) == pytest.approx(0.03)
    pace.held_until(11.0)
    assert pace.late(2, now=11.0) == 0.0
    assert pace.late(3, now=11.5) == pytest.approx(0.5)
    assert pace.late(100, now=11.9) == 0.0


@pytest.mark.slow
async def test_each_word_is_seen_when_the_server_says_it():
    told = []
    async with parrot(WORDS, delay=0.1) as url:
        streams = [stream(0), stream(1), stream(2)]
        logs = await drive(target(url), streams, (0.0, 0.1, 0.2), 5.0, told.append)
    scores = [score(log) for log in logs]
    found = figures(scores)
    assert [log.failure for log in logs] == [None, None, None]
    assert found.errors.rate == 0.0
    assert found.shown.count == 12
    # Audio is sent in frames of 20 ms, at most 20 ms before it is due; above that is the machine.
    assert 0.05 <= found.shown.p50 < 1.0
    assert found.committed.p50 > found.shown.p50
    assert (found.erasure, found.taken_back, found.rewritten, found.unfinished) == (0, 0, 0, 0)
    assert len(logs[0].lateness) == 80
    assert [b.began - a.began for a, b in zip(logs, logs[1:], strict=False)] == pytest.approx(
        [0.1, 0.1]
    )
    assert told[0] is logs


@pytest.mark.slow
async def test_the_end_of_each_utterance_is_asked_for_when_it_is_over():
    turns = (Turn(0.0, 0.6, 0.4, 0, 2), Turn(0.7, 0.9, 0.9, 2, 2), Turn(1.0, 1.5, 1.4, 2, 4))
    async with parrot(WORDS, delay=5.0) as url:
        playing = replace(stream(0), turns=turns)
        (log,) = await drive(target(url), [playing], (0.0,), 5.0, quiet, forced=True)
    finals = [one for one in log.seen if isinstance(one.event, Final)]
    assert log.failure is None
    assert log.flushed == 2  # nobody speaks in the second
    assert [one.event.text for one in finals] == ["red fox", "old oak"]
    assert 0.4 <= finals[0].at - log.began < 1.2
    forced = score(log).latencies.forced
    assert len(forced) == 2 and min(forced) > 0


@pytest.mark.slow
async def test_a_line_that_breaks_is_a_failure_with_what_came_before():
    async with parrot(WORDS, fail_at=0.9) as url:
        (log,) = await drive(target(url), [stream(0)], (0.0,), 5.0, quiet)
    assert "lost" in log.failure
    assert score(log).latencies.first_word is not None


@pytest.mark.slow
async def test_a_server_that_never_ends_is_given_up():
    async with parrot(WORDS, ends=False) as url:
        (log,) = await drive(target(url), [stream(0, seconds=0.5)], (0.0,), 0.3, quiet)
    assert log.failure == "not ended 0.3 s after its last audio"


@pytest.mark.slow
async def test_one_stream_that_fails_leaves_the_others_alone():
    class Second:
        """Refuses its first session and passes the rest on."""

        name = "second"

        def __init__(self, url):
            self.inner, self.refused = target(url), False

        @asynccontextmanager
        async def open(self):
            if not self.refused:
                self.refused = True
                raise ConnectionRefusedError("not you")
            async with self.inner.open() as talk:
                yield talk

    async with parrot(WORDS) as url:
        logs = await drive(Second(url), [stream(0), stream(1)], (0.0, 0.2), 5.0, quiet)
    assert [log.failure for log in logs] == ["ConnectionRefusedError: not you", None]


async def test_cancelling_a_run_leaves_nothing_behind():
    async with parrot(WORDS) as url:
        running = asyncio.create_task(drive(target(url), [stream(0)], (0.0,), 5.0, quiet))
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert asyncio.all_tasks() == {asyncio.current_task()}
