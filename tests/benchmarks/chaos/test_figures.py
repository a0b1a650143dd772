"""From what was found to what must be reached."""

from benchmarks.chaos import drop, figures, kill, once, orders, workers
from benchmarks.chaos.aftermath import Aftermath
from benchmarks.chaos.caller import Back, Log
from benchmarks.chaos.finished import Finished
from benchmarks.chaos.schedule import Drop, Way
from benchmarks.chaos.sender import Sent
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


GOOD = once.Verdict(True, True, True, 0, True, 2, ())


def of_workers(*verdicts, killed=("worker-1",), strays=(), objects=((), (), (), ())):
    sent = tuple(
        Sent(orders.Order(str(n), 5.0, 1, 0, False), "j", "s", 1, 2.0, ())
        for n in range(len(verdicts))
    )
    left = Finished(
        {str(n): one for n, one in enumerate(verdicts)}, strays, once.Objects(*objects), ()
    )
    marks = tuple(
        workers.Killed(victim, "commit", 0.1, attempt) for attempt, victim in enumerate(killed)
    )
    starts = {"server": (2.0,), "worker-1": (1.0, 1.5), "worker-2": (3.0,)}
    return workers.Result(marks, starts, 10.0, sent, left)


def test_a_run_of_workers_without_a_loss_reaches_all():
    found = figures.of_workers(of_workers(GOOD), 1)
    assert missed(found) == []
    assert figures.samples_of_workers(of_workers(GOOD)) == {
        "server": (2.0,),
        "worker": (1.0, 1.5, 3.0),
        "job": (2.0,),
        "attempts": (2,),
    }


def test_what_is_wrong_with_jobs_is_counted():
    bad = once.Verdict(False, False, False, 3, False, 6, ())
    stuck = ((), ("u",), ("o", "x"), ("x",))
    found = figures.of_workers(
        of_workers(bad, GOOD, killed=["server", *["worker-1"] * 5], strays=("j9",), objects=stuck),
        6,
    )
    values = {figure.name: figure.value for figure in found}
    assert values["attempts after the first"] == 6
    assert values["of them more than workers were killed"] == 1
    assert values["uploads left until their retention"] == 1
    assert values["kills, server, commit"] == 1 and values["kills, worker, commit"] == 5
    assert missed(found) == [
        "jobs not completed",
        "sessions not ready exactly once",
        "jobs not told of exactly once",
        "words lost, doubled or changed",
        "recordings that are not what was sent",
        "jobs and sessions nobody sent",
        "most attempts at a job",
        "of them more than workers were killed",
        "other objects left over",
    ]
