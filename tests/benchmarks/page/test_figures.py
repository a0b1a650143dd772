"""Figures of visits that were made here, with answers known by construction."""

from msgspec.structs import replace

from benchmarks.page import cut, figures, latency, load
from benchmarks.page.cut import Verdict
from benchmarks.page.latency import Visited
from benchmarks.page.load import Loaded
from tests.benchmarks.made import score

CUT = Verdict(
    "cut", 5.0, ("w0 w1", "w0 w2"), ("w0 w1", "w0 w2"), ("w0", "w1", "w0", "w2"), 0, 0.0, 0.4, ()
)


def named(found):
    return {figure.name: figure for figure in found}


def missed(found):
    return {figure.name for figure in found if figure.missed}


def test_a_page_that_streams_at_once():
    result = load.Result((Loaded(0.2, 0.3, 0.4), Loaded(0.2, 0.3, 0.6)), ())
    found = named(figures.of_load(result))
    assert found["all of it, p50"].value == 0.4 and found["all of it, p95"].value == 0.6
    assert round(found["then until the first sound is sent, p95"].value) == 300
    assert not missed(found.values())
    assert figures.samples_of_load(result) == {"streaming": (0.4, 0.6)}


def test_a_page_that_takes_long():
    found = figures.of_load(load.Result((Loaded(0.2, 0.3, 1.4),), ()))
    assert missed(found) == {"all of it, p95"}


def added(seconds):
    raw = score()
    late = tuple(value + seconds for value in raw.latencies.committed)
    shown = replace(raw, latencies=replace(raw.latencies, committed=late))
    return latency.Result((Visited(raw, shown, (0.03,), (0.01,)),), (raw,), ())


def test_what_the_page_adds():
    found = named(figures.of_latency(added(0.05)))
    assert round(found["added by the page, p95"].value) == 50
    assert not missed(found.values())
    assert missed(figures.of_latency(added(0.15))) == {"added by the page, p95"}
    samples = figures.samples_of_latency(added(0.05))
    assert set(samples) == {"raw", "told", "shown", "sending", "showing"}


def test_no_visit_reaches_nothing():
    assert missed(figures.of_latency(latency.Result((), (score(),), ()))) == {
        "added by the page, p95"
    }


def test_a_cut_that_costs_nothing():
    whole = replace(CUT, way=None, seconds=0.0, back=None)
    result = cut.Result((whole, CUT), ())
    found = named(figures.of_cuts(result, 2))
    assert found["cut, 5 s: lost"].value == 0 and found["uncut: lost"].value == 0
    assert found["cut, 5 s: until the server is heard again"].value == 0.4
    assert not missed(found.values())
    assert list(figures.faults_of_cuts(result)) == []
    assert figures.samples_of_cuts(result) == {"back": (0.4,)}


def test_a_cut_that_costs_words():
    worse = replace(CUT, read=("w0 w1", "w0 w1"), unsaved=0.5, moved=("w1",), spoiled=2)
    result = cut.Result((worse,), ("stuck",))
    assert missed(figures.of_cuts(result, 2)) == {
        "visits asked for and not done",
        "cut, 5 s: lost",
        "cut, 5 s: doubled or changed",
        "cut, 5 s: stored otherwise than read",
        "cut, 5 s: sound recorded otherwise than sent",
        "committed words that moved, all visits",
    }
    faults = list(figures.faults_of_cuts(result))
    assert faults[0] == "stuck" and len(faults) == 4
    assert "lost ['w0 w2'], read and not said ['w0 w1']" in faults[1]
