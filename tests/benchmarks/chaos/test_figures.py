"""From what was found to what must be reached."""

from benchmarks.chaos import drop, figures, kill
from benchmarks.chaos.aftermath import Aftermath
from benchmarks.chaos.caller import Back, Log
from benchmarks.chaos.schedule import Drop, Way
from benchmarks.chaos.verdict import Verdict

CLEAN = Verdict(0.0, 0, 0, 0, True, ())
LOG = Log(backs=[Back(0.1, None, 2.0), Back(0.2, 0.25, 3.0)])


def lane(*verdicts, killed=1):
    marks = tuple(kill.Killed("outside", "stream", "", 0.1) for _ in range(killed))
    found = Aftermath({str(n): one for n, one in enumerate(verdicts)}, 0, ())
    return kill.LaneResult("outside", marks, (1.5,), (LOG,), found)


def missed(found):
    return [figure.name for figure in found if figure.missed]


def test_a_run_without_a_loss_reaches_all():
    assert missed(figures.of_kills([lane(CLEAN, CLEAN)], 1)) == []


def test_losses_of_all_lanes_are_counted():
    bad = Verdict(1.5, 1, 2, 3, False, ())
    found = figures.of_kills([lane(CLEAN, bad), lane(bad)], 2)
    values = {figure.name: figure.value for figure in found}
    assert values["acknowledged audio lost"] == 3.0
    assert (values["finals lost"], values["finals doubled"], values["finals changed"]) == (2, 4, 6)
    assert values["sessions not finalized exactly once"] == 2
    assert len(missed(found)) == 5


def test_kills_that_were_not_done_are_missed():
    assert missed(figures.of_kills([lane(CLEAN)], 3)) == ["kills asked for and not done"]


def test_a_slow_resume_is_missed():
    def result(first):
        log = Log(backs=[Back(0.01, first, 0.5)])
        found = Aftermath({"s": CLEAN}, 0, ())
        return drop.Result((Drop(Way.CUT, 1.0, 0.1),), (log,), found)

    assert missed(figures.of_drops(result(0.29), 1)) == []
    assert missed(figures.of_drops(result(0.31), 1)) == [
        "from a reconnect to the first event sent again, p95"
    ]
    assert len(missed(figures.of_drops(result(None), 1))) == 1, "nothing measured is not reached"
