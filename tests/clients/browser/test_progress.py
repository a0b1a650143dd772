"""The two counters of a session, over servers that go back or forget: as the Python client."""

import random
from typing import Any

import pytest
from captionflow.progress import Progress
from captionflow.protocol import (
    AudioAck,
    AudioFormat,
    Event,
    Final,
    Partial,
    Revise,
    SpeechEnd,
    SpeechStart,
    Welcome,
    Word,
)
from playwright.async_api import Error

from tests.clients.browser.shared import Runs, plain

SCRIPT = """
const progress = new module.Progress(16000);
return given.map(([what, how]) => {
  const answer = what === 'ack' ? progress.ack() : progress[what](how);
  const { received, settled, toldTo, seq, start, first, segments, shift, last, until } = progress;
  const told = progress.told;
  return [answer, received, settled, toldTo, seq, start, first, segments, shift, last, until,
    told.had, told.started, told.stopped, progress.payload, progress.manyUnacked];
});
"""


class Twin:
    """The same is done to the progress of the Python client, and what it answers is kept."""

    def __init__(self) -> None:
        self.progress = Progress(AudioFormat())
        self.steps: list[list[Any]] = []
        self.answers: list[list[Any]] = []

    def does(self, what: str, how: Any = None) -> None:
        python = {"beginAnew": "begin_anew"}.get(what, what)
        given = () if how is None else (how,)
        answer = getattr(self.progress, python)(*given)
        self.steps.append([what, plain(how)])
        now = self.progress
        self.answers.append(
            [
                plain(answer),
                *(now.received, now.settled, now.told, now.seq, now.start, now.first),
                *(now.segments, now.shift, now.last, now.until),
                *(now.had, now.started, now.stopped, now.payload, now.many_unacked),
            ]
        )


class Server:
    """Says any words, in utterances as it likes."""

    def __init__(self, chance: random.Random, seq: int = 0, seg: int = 0, at: int = 0) -> None:
        self.chance, self.seq, self.seg, self.at = chance, seq, seg, at

    def says(self) -> list[Event]:
        length = self.chance.randrange(1, 8)
        start, end = self.at * 0.5, (self.at + length) * 0.5
        words = tuple(
            Word(f" w{it}", it * 0.5, (it + 1) * 0.5) for it in range(self.at, self.at + length)
        )
        text = "".join(word.word for word in words).strip()
        told = [
            SpeechStart(self.seq + 1, self.seg, start),
            Partial(self.seg, text, 1, 0, start, end),
            SpeechEnd(self.seq + 2, self.seg, end),
            Final(self.seq + 3, self.seg, start, end, text, words),
            Revise(self.seq + 4, self.seg, text, words),
            AudioAck(int(end * 32_000), int(start * 32_000)),
        ]
        self.seq, self.seg, self.at = self.seq + 4, self.seg + 1, self.at + length
        return told


def welcome(**fields: Any) -> Welcome:
    return Welcome("s", "t", **fields)


@pytest.mark.parametrize("seed", range(20))
async def test_it_counts_as_the_python_client_does(runs: Runs, seed: int) -> None:
    chance, twin = random.Random(seed), Twin()
    twin.does("welcome", welcome(after=0))
    server = Server(chance)
    for _ in range(40):
        for event in server.says():
            twin.does("heard", event)
            if chance.random() < 0.1:
                twin.does("heard", event)
        match chance.randrange(8):
            case 0:
                back = chance.randrange(server.seq + 1)
                at, seg = chance.randrange(server.at), chance.randrange(server.seg)
                server = Server(chance, back, seg, at)
                twin.does("welcome", welcome(resumed=True, received=64_000, seq=back, after=back))
            case 1:
                twin.does("beginAnew", chance.randrange(1000) * 2)
                twin.does("welcome", welcome(received=twin.progress.start, after=0))
                server = Server(chance)
            case 2:
                seq = twin.progress.seq
                twin.does("welcome", welcome(resumed=True, received=64_000, seq=seq, after=seq))
            case _:
                twin.does("ack")
    assert await runs("progress.js", SCRIPT, twin.steps) == twin.answers


async def test_events_that_were_handed_out_before_the_welcome_are_heard(runs: Runs) -> None:
    """Over WebRTC the data channel opens after the session has begun."""
    said = plain([welcome(seq=2, after=0), SpeechStart(1, 0, 0.5)])
    found = await runs("progress.js", SCRIPT, [["welcome", said[0]], ["heard", said[1]]])
    assert found[1][0] == said[1]


async def test_a_server_that_takes_no_audio_is_none(runs: Runs) -> None:
    with pytest.raises(Error, match="allows no audio"):
        await runs("progress.js", SCRIPT, [["welcome", plain(welcome(max_frame=9))]])
