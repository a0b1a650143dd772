"""What counts as lost, doubled, changed, and done once."""

import pytest
from msgspec.structs import replace

from benchmarks.chaos import talk, verdict
from benchmarks.chaos.caller import Heard, Log
from benchmarks.chaos.verdict import ARTIFACTS, Kept, Recording, compare

SAID = talk.make("a", 12)
WHOLE = len(SAID.samples)


def ended(**facts):
    """The log of a client that heard everything."""
    finals = [Heard(n, n, text) for n, text in enumerate(SAID.texts)]
    flushed = [str(pos) for pos in SAID.flushes]
    given = {"session": "s", "acknowledged": len(SAID.audio), "ended": True}
    return Log(**{**given, "finals": finals, "flushed": flushed, **facts})


def kept(**facts):
    given = {
        "state": "ready",
        "recording": Recording(WHOLE, WHOLE),
        "texts": tuple(SAID.texts),
        "artifacts": ARTIFACTS,
        "readied": 1,
        "told": 1,
    }
    return Kept(**{**given, **facts})


def judged(log, there):
    return verdict.judge(SAID, log, there)


def test_nothing_is_wrong():
    assert judged(ended(), kept()).clean
    assert judged(ended(), kept()).once


@pytest.mark.parametrize(
    ("expected", "found", "lost_doubled_changed"),
    [
        ("abc", "abc", (0, 0, 0)),
        ("abc", "ac", (1, 0, 0)),
        ("abc", "abbc", (0, 1, 0)),
        ("abc", "axc", (0, 0, 1)),
        ("abc", "acb", (0, 0, 1)),
        ("abc", "abcx", (0, 1, 0)),
        ("aab", "ab", (1, 0, 0)),
        ("", "", (0, 0, 0)),
    ],
)
def test_texts_are_compared(expected, found, lost_doubled_changed):
    assert compare(list(expected), list(found)) == lost_doubled_changed


def test_a_final_that_the_client_missed_is_lost():
    found = judged(ended(finals=[Heard(1, 1, text) for text in SAID.texts[1:]]), kept())
    assert (found.lost, found.doubled, found.changed) == (1, 0, 0)


def test_a_final_that_the_store_has_otherwise_is_changed():
    found = judged(ended(), kept(texts=("w1 w2", *SAID.texts[1:])))
    assert (found.lost, found.doubled, found.changed) == (0, 0, 1)


def test_audio_that_was_acknowledged_and_is_not_in_the_recording_is_lost():
    short = kept(recording=Recording(WHOLE - 16, WHOLE - 16))
    assert judged(ended(), short).lost_ms == 1.0
    assert judged(ended(acknowledged=len(SAID.audio) - 32), short).lost_ms == 0
    assert judged(ended(), kept(recording=None)).lost_ms == len(SAID.audio) / 32
    assert judged(ended(taken_back=320), kept()).lost_ms == 10.0


def test_a_recording_is_compared_sample_by_sample():
    samples = SAID.samples.copy()
    assert verdict.matched(SAID, samples) == Recording(WHOLE, WHOLE)
    samples[1000] += 1
    assert verdict.matched(SAID, samples) == Recording(WHOLE, 1000)
    assert verdict.matched(SAID, samples[:500]) == Recording(500, 500)


def test_of_a_session_that_was_left_what_is_certain_must_be_there():
    there = SAID.utterances[2].end + 20_000
    log = Log(session="s", acknowledged=there * 2, left=True)
    recording = Recording(there, there)
    texts = tuple(SAID.texts[:3])
    assert judged(log, kept(recording=recording, texts=texts)).clean
    assert judged(log, kept(recording=recording, texts=(*texts, "w0 w3"))).clean
    assert judged(log, kept(recording=recording, texts=texts[:2])).lost == 1
    heard = replace(log, finals=[Heard(1, 0, "w9 w9")])
    assert judged(heard, kept(recording=recording, texts=texts)).changed == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"readied": 2},
        {"readied": 0, "state": "finalizing"},
        {"told": 2},
        {"told": 0},
        {"artifacts": ARTIFACTS[1:]},
    ],
)
def test_a_session_is_finalized_once_and_wholly(facts):
    assert not judged(ended(), kept(**facts)).once


def test_what_nobody_spoke_in_has_no_recording():
    assert verdict.stray(kept(recording=None, artifacts=ARTIFACTS[1:], texts=())).once
    assert not verdict.stray(kept(state="open", readied=0, told=0)).once


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        ({"refused": "4404 unknown session"}, "could not come back"),
        ({"ended": False}, "did not come to its end"),
        ({"flushed": []}, "flushes without an answer"),
        ({"faults": ["event 3 after 1"]}, "event 3 after 1"),
    ],
)
def test_what_is_against_the_protocol_is_a_fault(facts, fault):
    assert SAID.flushes, "another talk is wanted"
    (found,) = judged(ended(**facts), kept()).faults
    assert fault in found
