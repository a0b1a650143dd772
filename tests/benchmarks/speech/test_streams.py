"""Streams of continuous talk from a tiny folder."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.speech.corpus import RATE, CorpusError, Item, entries, referenced, select
from benchmarks.speech.normalise import Spoken
from benchmarks.speech.streams import GAP, Turn, Utterance, build, cut, load


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


def test_turns_say_where_utterances_are(utterances):
    (stream,) = build(utterances, 1, 5.5, seed=1)
    one, two = stream.turns
    assert (one.start, one.end, one.over) == pytest.approx((GAP, GAP + 1.5, GAP + 0.9))
    assert (two.start, two.over) == pytest.approx((2 * GAP + 1.5, 2 * GAP + 2.4))
    assert (one.first, one.last, two.first, two.last) == (0, 2, 2, 4)
    assert stream.timed


@pytest.mark.parametrize("talk", [0.2, 0.4, 0.55])
def test_one_side_of_a_conversation(utterances, talk):
    (stream,) = build(utterances, 1, 120.0, seed=5, talk=talk)
    gaps = [b.start - a.end for a, b in zip(stream.turns, stream.turns[1:], strict=False)]
    assert stream.seconds == pytest.approx(120.0, abs=0.01)
    assert sum(turn.end - turn.start for turn in stream.turns) / 120 == pytest.approx(
        talk, abs=0.02
    )
    assert min(gaps) >= GAP
    assert max(gaps) > 1.5 * min(gaps)
    for turn in stream.turns:
        loud = np.abs(stream.samples[round(turn.start * RATE) : round(turn.end * RATE)])
        assert loud.mean() > 100


def test_conversations_are_drawn_from_the_seed(utterances):
    one, two = (build(utterances, 2, 60.0, seed=5, talk=0.4) for _ in range(2))
    assert [s.turns for s in one] == [s.turns for s in two]
    assert one[0].turns != one[1].turns
    assert build(utterances, 1, 60.0, seed=6, talk=0.4)[0].turns != one[0].turns


def test_a_conversation_has_at_least_one_utterance(utterances):
    (stream,) = build(utterances, 1, 4.0, seed=1, talk=0.1)
    assert len(stream.turns) == 1


def test_words_without_times_have_those_of_their_utterance():
    item = Item("a", Path("a.wav"), (), "Good morning.")
    (piece,) = cut(item, np.zeros(30 * RATE, np.float32))
    assert not piece.timed
    (stream,) = build([piece], 1, 40.0, seed=1)
    assert not stream.timed
    assert [(t.text, t.start, t.end) for t in stream.tokens] == [
        ("good", GAP, GAP + 30),
        ("morning", GAP, GAP + 30),
    ]
    assert stream.turns == (Turn(GAP, GAP + 30, GAP + 30, 0, 2),)


def test_the_beginning_of_a_stream_is_its_sound(utterances):
    (stream,) = build(utterances, 1, 20.0, seed=1)
    short = stream.beginning(2.0)
    assert short.seconds == 2.0
    assert np.array_equal(short.samples, stream.samples[: 2 * RATE])
    assert (short.tokens, short.turns) == ((), ())
