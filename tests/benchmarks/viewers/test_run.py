"""Somebody who speaks to a real server, and viewers in processes of their own."""

import pytest

from benchmarks.chaos.model import NAME
from benchmarks.speech.corpus import RATE
from benchmarks.viewers import run
from benchmarks.viewers.figures import faults, score
from benchmarks.viewers.run import Run, Settings, speech
from server.commands.child import ServerDied


@pytest.mark.slow
async def test_all_viewers_have_what_the_speaker_has(folder, monkeypatch):
    monkeypatch.setattr(run, "AFTER", 0.5)
    told = []
    settings = Settings(30, processes=2, seconds=6, alone=1, model=NAME)
    result = await run.measure(settings, folder, told.append)
    scores = score(result)
    assert [len(crowd.viewers) for crowd in result.crowds] == [15, 15]
    assert (scores.lost, scores.doubled, scores.cut) == (0, 0, 0)
    assert scores.partials and len(scores.finals) % 30 == 0 and len(scores.finals) >= 30
    assert min(scores.partials + scores.finals) >= 0 and max(scores.finals) < 15
    assert "nothing was said" not in list(faults(result))
    assert result.alone.rss > 10 and result.watched.rss > 10
    assert told[-1] == "somebody speaks, 30 read along"


def test_viewers_are_divided_among_the_processes():
    def shares(viewers, processes):
        return Run(Settings(viewers, processes), "", 0, print)._shares(viewers)

    assert shares(7, 3) == [2, 2, 3] and shares(1, 2) == [1] and shares(0, 2) == []


@pytest.mark.parametrize("model", [NAME, "base"])
def test_the_talk_is_as_long_as_it_is_asked_for(model):
    samples = speech(Settings(1, model=model), 12.0)
    assert 6 * RATE < len(samples) <= 12 * RATE and samples.dtype == "int16"


async def test_viewers_that_cannot_join_are_told():
    async with run._crowd("http://127.0.0.1:9", "room", 1) as crowd:
        with pytest.raises(ServerDied, match="could not join"):
            await run._joined(crowd)
