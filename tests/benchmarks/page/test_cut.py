"""Visits whose network is cut, of a server as a process; and what counts as a loss."""

import pytest

from benchmarks.chaos import spoken, talk
from benchmarks.chaos.schedule import Drop, Way
from benchmarks.page import cut
from benchmarks.page.cut import Settings, judge, measure
from benchmarks.page.stored import Stored
from tests.benchmarks.visits import BEGAN, RATE, visit

SAID = talk.make("cut", 6.0, flushing=False)
HEARD = spoken.stream("cut", 6.0)
TEXT = "\n".join(SAID.texts)


@pytest.mark.slow
async def test_a_cut_loses_nothing(folder, monkeypatch):
    monkeypatch.setattr(cut, "BEFORE", 2.0)
    monkeypatch.setattr(cut, "REST", 3.0)
    monkeypatch.setattr(cut, "WAYS", (Way.CUT,))
    told = []
    result = await measure(Settings(lengths=(1.0,)), folder, told.append)
    assert result.faults == ()
    whole, broken = result.verdicts
    assert (whole.way, broken.way, broken.seconds) == (None, "cut", 1.0)
    for one in result.verdicts:
        if not one.spoiled:  # by a machine that has no time for the microphone
            assert one.lost == one.more == []
        assert not one.differs and one.unsaved == 0.0 and one.moved == ()
    assert broken.back > 0
    assert told[-1] == "visit 2 of 2: cut of 1 s"


def judged(texts=SAID.texts, kept=TEXT, samples=HEARD.samples, session=0.0, **more):
    shown = [(n + 1.0, n, True, text, "") for n, text in enumerate(texts)]
    messages = [(5.0, {"type": "audio_ack", "received": 0, "settled": 0})]
    seen = visit(HEARD, session=session, shown=shown, messages=messages, **more)
    drop = Drop(Way.CUT, 1.0, 2.0)
    return judge(drop, SAID, seen, Stored(samples, RATE, kept), BEGAN + 4.0)


def test_nothing_is_lost():
    verdict = judged()
    assert verdict.lost == verdict.more == [] and not verdict.differs
    assert (verdict.spoiled, verdict.unsaved, verdict.moved) == (0, 0.0, ())
    assert verdict.back == pytest.approx(1.0)


def test_what_is_lost_doubled_or_changed():
    first, second, *rest = SAID.texts
    assert judged([second, *rest]).lost == [first]
    assert judged([first, first, second, *rest]).more == [first]
    changed = judged([first + "x", second, *rest])
    assert (changed.lost, changed.more) == ([first], [first + "x"])
    assert judged([second, *rest]).differs


def test_sound_that_was_recorded_otherwise():
    other = HEARD.samples.copy()
    other[1000:1160] += 1
    assert judged(samples=other).unsaved == pytest.approx(0.01)
    assert judged(samples=HEARD.samples[:-1600]).unsaved == pytest.approx(0.1)


def test_a_word_that_the_browser_has_spoiled():
    assert judged(session=SAID.utterances[0].start / RATE + 0.1).spoiled == 1


def test_words_that_moved():
    assert judged(moved=((1.0, "w3"),)).moved == ("w3",)
