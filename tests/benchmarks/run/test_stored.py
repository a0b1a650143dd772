"""What a server has kept, asked of a real one over HTTP."""

import numpy as np
import pytest
from captionflow import AudioAck, Welcome

from benchmarks.run.drive import Seen, StreamLog
from benchmarks.run.stored import Stored, stored
from benchmarks.speech.streams import Stream
from benchmarks.targets.captionflow import CaptionFlow
from tests.benchmarks.peer import BYTES, parrot

WORDS = [("red", 0.1, 0.2), ("fox", 0.25, 0.4)]


def log(session, received=0):
    stream = Stream(3, np.zeros(16_000, np.int16), (), (), ())
    events = [Welcome(session), AudioAck(received, received)]
    return StreamLog(stream, 0.0, [Seen(0.0, event) for event in events])


@pytest.fixture
async def peer():
    """Its address, and a session of one second that has ended there."""
    async with parrot(WORDS) as url:
        async with CaptionFlow(url, "en", 500, None, None).open() as talk:
            await talk.send(bytes(BYTES))
            await talk.end()
            session = next(e.session for e in [e async for e in talk] if isinstance(e, Welcome))
        yield url, session


async def test_the_text_and_what_is_missing_of_the_audio(peer):
    url, session = peer
    kept, faults = await stored(url, [log(session, received=BYTES * 3 // 2)])
    assert kept == {3: Stored("red fox", pytest.approx(0.5))}
    assert faults == []


async def test_a_session_that_is_not_there(peer):
    url, _ = peer
    kept, faults = await stored(url, [log("s99")])
    assert kept == {}
    assert len(faults) == 1 and "stream 3: nothing stored" in faults[0] and "404" in faults[0]


async def test_streams_that_failed_are_not_asked_for(peer):
    url, _ = peer
    gone = log("s99")
    gone.failure = "lost"
    assert await stored(url, [gone]) == ({}, [])
