"""Streams of continuous talk from a tiny folder."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.speech.corpus import RATE, CorpusError, Item, entries, referenced, select
from benchmarks.speech.normalise import Spoken
from benchmarks.speech.streams import GAP, Utterance, build, cut, load


@pytest.fixture
def utterances(corpus_folder):
    return load(referenced(corpus_folder, select(entries(corpus_folder), category="short")))


def test_words_stand_where_they_are_played(utterances):
    (stream,) = build(utterances, 1, 20.0, seed=1)
    assert len(stream.sources) == 8
    assert stream.seconds <= 20.0
    assert set(stream.sources) == {"pair-0", "pair-1", "pair-2"}
    for number in range(8):
        first, second = stream.words[2 * number : 2 * number + 2]
        begin = GAP + number * (1.5 + GAP)
        assert (first.start, first.end) == pytest.approx((begin + 0.2, begin + 0.5))
        assert (second.start, second.end) == pytest.approx((begin + 0.6, begin + 0.9))


def test_the_audio_is_the_recordings_with_a_quiet_room_between(utterances):
    (stream,) = build(utterances, 1, 5.0, seed=1)
    loud = [
        np.abs(stream.samples[int(at * RATE) : int((at + 0.7) * RATE)]).mean() for at in (0.05, 0.9)
    ]
    assert 0 < loud[0] < 20
    assert loud[1] > 100


def test_the_same_seed_gives_the_same_streams(utterances):
    one, two = build(utterances, 4, 20.0, seed=3), build(utterances, 4, 20.0, seed=3)
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(one, two, strict=True))
    assert [s.words for s in one] == [s.words for s in two]
    assert len({s.sources for s in one}) > 1


def test_fewer_streams_are_the_first_of_more(utterances):
    (alone,) = build(utterances, 1, 20.0, seed=3)
    assert alone.sources == build(utterances, 4, 20.0, seed=3)[0].sources


def test_utterances_that_do_not_fit(utterances):
    with pytest.raises(CorpusError, match="fits in streams of 3 s"):
        build(utterances, 1, 3.0, seed=1)


def test_a_long_recording_is_cut_at_pauses():
    words = [
        Spoken(f"w{n}", n + (n >= 4) + (n >= 12), n + 0.8 + (n >= 4) + (n >= 12)) for n in range(20)
    ]
    item = Item("talk", Path("talk.flac"), tuple(words))
    pieces = list(cut(item, np.zeros(25 * RATE, np.float32)))
    assert [piece.id for piece in pieces] == ["talk@0.0", "talk@13.4"]
    assert [len(piece.words) for piece in pieces] == [12, 8]
    assert pieces[1].words[0].start == pytest.approx(0.6)
    assert sum(piece.seconds for piece in pieces) == 25.0


def test_a_short_recording_stays_whole():
    item = Item("a", Path("a.flac"), (Spoken("x", 1.0, 2.0), Spoken("y", 9.0, 10.0)))
    (piece,) = cut(item, np.zeros(15 * RATE, np.float32))
    assert isinstance(piece, Utterance)
    assert (piece.id, piece.words) == ("a", item.words)
