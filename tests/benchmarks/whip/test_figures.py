"""Figures of runs that were made here, with answers known by construction."""

from msgspec.structs import replace

from benchmarks.report.reach import Figure
from benchmarks.whip import calls, compare, figures, loss
from benchmarks.whip.calls import Level
from benchmarks.whip.compare import Turn
from benchmarks.whip.crowd import Seen
from benchmarks.whip.loss import Lossy, Marked
from benchmarks.whip.marks import Found
from tests.benchmarks.made import score

STEADY = tuple((at / 2, 0.1) for at in range(1, 40))
JUMPS = tuple((at / 2, 0.1 if at < 20 else 0.3) for at in range(1, 40))


def named(found):
    return {figure.name: figure for figure in found}


def both(slower=1.0, wrong=0.05):
    socket = [Turn("captionflow", (score(speech=n, wrong=0.05),), (0.08,)) for n in (1, 2, 3)]
    whip = [Turn("whip", (score(speech=n, wrong=wrong, slower=slower),), (0.1,)) for n in (1, 2, 3)]
    return compare.Result((*socket, *whip), ())


def test_two_ways_that_are_the_same():
    result = both()
    found = named(figures.of_both(result))
    assert found["words of each"].value == 1800
    assert found["committed by WHIP later, p50"] == Figure(
        "committed by WHIP later, p50", 0.0, "ms", 150.0
    )
    assert found["difference"].value == 0.0
    assert found["sound acknowledged by WHIP, p50"].value == 100.0
    assert not any(figure.missed for figure in found.values())
    assert len(figures.samples_of_both(result)) == 6


def test_whip_that_is_later_and_worse():
    found = named(figures.of_both(both(slower=1.5, wrong=0.1)))
    assert found["committed by WHIP later, p50"].missed
    assert found["difference"].missed and found["difference"].value > 4
    assert found["lowest of the repeats, p50"].value > 150


def test_nothing_was_measured():
    found = named(figures.of_both(compare.Result((), ())))
    assert found["committed by WHIP later, p50"].missed and found["difference"].missed


def lossy(percent, missing=(), cut=0.0, delays=STEADY, lost=5):
    found = Found(missing, cut, (), 0)
    return Lossy(percent, (Marked(500, lost, found, delays),), (score(),), (delays,))


def test_loss_that_costs_what_was_lost():
    result = loss.Result((lossy(0.0, lost=0), lossy(5.0)), ())
    found = named(figures.of_loss(result))
    assert found["5 %: packets lost"].value == 5
    assert found["5 %: others whose sound is missing"].value == 0
    assert not any(figure.missed for figure in found.values())
    assert set(figures.samples_of_loss(result)) == {
        *("0 % 0 behind", "0 % 0 committed", "5 % 0 behind", "5 % 0 committed")
    }


def test_loss_that_costs_more_and_makes_it_late():
    levels = (lossy(0.0), lossy(1.0, missing=(3,), cut=0.5, delays=JUMPS))
    found = named(figures.of_loss(loss.Result(levels, ())))
    missed = {name for name, figure in found.items() if figure.missed}
    assert missed == {
        "1 %: others whose sound is missing",
        "1 %: cut off at the end",
        "1 %: more of it in the last third than in the first",
        "1 %: more of it than without loss",
    }


def test_a_recording_that_is_not_there_reaches_nothing():
    broken = replace(lossy(1.0), marked=(Marked(500, 5, None, ()),))
    found = named(figures.of_loss(loss.Result((lossy(0.0), broken), ())))
    assert found["1 %: others whose sound is missing"].missed


def level(count, main, media, late=0.001, failures=()):
    seen = Seen((late,), 0.2, 0.3, failures)
    return Level(count, main, media, 90.0, (0.001, 0.002), (seen,) if count else ())


def test_what_a_call_costs():
    result = calls.Result((level(0, 0.02, 0.0), level(25, 0.27, 0.5), level(50, 1.02, 2.5)), None)
    found = named(figures.of_calls(result))
    assert round(found["25 calls: a call in the process of media"].value) == 20
    assert round(found["25 calls: a call in the server's own process"].value) == 10
    assert round(found["25 calls: calls that a core holds"].value) == 33
    assert not found["25 calls: a call in both"].missed
    assert found["50 calls: a call in both"].missed
    assert list(figures.faults_of_calls(result)) == []


def test_few_calls_have_nothing_to_reach():
    result = calls.Result((level(0, 0.02, 0.0), level(1, 0.1, 0.2)), None)
    assert not any(figure.most for figure in figures.of_calls(result))


def test_publishers_that_fail_or_are_late_are_faults():
    result = calls.Result((level(0, 0.0, 0.0), level(4, 0.1, 0.1, 0.5, ("no room",))), "slept")
    assert list(figures.faults_of_calls(result)) == [
        "4 publishers: 1 failed, first: no room",
        "4 publishers were 500 ms late (p99): machine too busy",
        "slept",
    ]
