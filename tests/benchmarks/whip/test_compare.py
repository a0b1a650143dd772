"""The same talk by both ways: who begins changes, and what was played is the same."""

import pytest

from benchmarks.chaos.model import NAME
from benchmarks.run.drive import LEAD, StreamLog
from benchmarks.whip.compare import Settings, faults_of, measure, speech


@pytest.mark.slow
async def test_in_turns(folder, corpus_folder):
    told = []
    settings = Settings(repeats=2, seconds=3.0, warmup=1.0, model=NAME)
    result = await measure(settings, corpus_folder, folder, told.append)
    assert result.faults == ()
    assert [turn.way for turn in result.turns] == ["captionflow", "whip", "whip", "captionflow"]
    assert [turn.scores[0].reference for turn in result.turns[:2]] == [
        result.turns[0].scores[0].reference
    ] * 2
    assert all(turn.scores[0].errors.rate == 0.0 for turn in result.turns)
    assert all(turn.behind for turn in result.turns)
    assert told[-1] == "repeat 2 of 2 by captionflow"


def test_repeats_differ_and_are_the_same_again(corpus_folder):
    settings = Settings(repeats=3, seconds=12.0, streams=2)
    plays = [speech(settings, corpus_folder, repeat) for repeat in range(3)]
    again = speech(settings, corpus_folder, 1)
    assert [one.sources for one in plays[1]] == [one.sources for one in again]
    assert len({tuple(one.sources for one in play) for play in plays}) > 1
    assert all(len(play) == 2 for play in plays)


def test_a_stream_that_began_before_it_was_connected_is_a_fault(write):
    log: StreamLog = write([]).log
    log.connected = LEAD + 0.5
    assert faults_of([log], []) == ["stream 0 was connected 0.5 s after it began"]
    log.connected = LEAD / 2
    assert faults_of([log], []) == []
