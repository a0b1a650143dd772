"""The figures of a run, and what they must reach. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from benchmarks.chaos import drop, kill, orders, workers
from benchmarks.chaos.caller import Log
from benchmarks.chaos.once import Verdict as Done
from benchmarks.chaos.verdict import Verdict
from benchmarks.report.reach import Figure, percentiles
from storage.jobs import WORK

RESUME = 300.0  # ms from a reconnect to the first event that is sent again, p95

Samples = dict[str, tuple[float, ...]]


def of_kills(lanes: Sequence[kill.LaneResult], asked: int) -> tuple[Figure, ...]:
    verdicts = [one for lane in lanes for one in lane.aftermath.verdicts.values()]
    killed = [one for lane in lanes for one in lane.killed]
    moments = Counter(one.moment for one in killed)
    samples = samples_of(log for lane in lanes for log in lane.logs)
    return (
        Figure("kills asked for and not done", asked - len(killed), "", 0),
        *(Figure(f"kills, {name}", count, "") for name, count in sorted(moments.items())),
        *_judged(verdicts),
        Figure("sessions no client was welcomed to", sum(x.aftermath.strays for x in lanes), ""),
        *percentiles("start of the server", [s for lane in lanes for s in lane.starts], "s"),
        *percentiles("from a loss to the welcome", samples["away"], "s"),
        *percentiles("from a reconnect to the welcome", samples["welcome"], "ms", 1000),
    )


def of_drops(result: drop.Result, asked: int) -> tuple[Figure, ...]:
    samples = samples_of(result.logs)
    ways = Counter(one.way.value for one in result.dropped)
    seconds = [one.seconds for one in result.dropped]
    return (
        Figure("drops asked for and not done", asked - len(result.dropped), "", 0),
        *(Figure(f"drops, {name}", count, "") for name, count in sorted(ways.items())),
        Figure("shortest drop", min(seconds, default=None), "s"),
        Figure("longest drop", max(seconds, default=None), "s"),
        *_judged(list(result.aftermath.verdicts.values())),
        *percentiles("from a reconnect to the welcome", samples["welcome"], "ms", 1000),
        *percentiles(
            "from a reconnect to the first event sent again", samples["first"], "ms", 1000, RESUME
        ),
    )


def of_workers(result: workers.Result, asked: int) -> tuple[Figure, ...]:
    killed, left = result.killed, result.finished
    verdicts = list(left.verdicts.values())
    moments = Counter((_kind(one.victim), one.moment) for one in killed)
    attempts = [one.attempts for one in verdicts]
    more = sum(attempts) - sum(one.attempts > 0 for one in verdicts)
    samples = samples_of_workers(result)

    def without(of: Callable[[Done], bool]) -> int:
        return sum(not of(verdict) for verdict in verdicts)

    return (
        Figure("kills asked for and not done", asked - len(killed), "", 0),
        *(
            Figure(f"kills, {victim}, {moment}", count, "")
            for (victim, moment), count in sorted(moments.items())
        ),
        Figure("time of the kills", result.killing, "s"),
        Figure("jobs sent", len(result.sent), ""),
        Figure("answers to files", sum(one.answered for one in result.sent), ""),
        Figure("jobs not completed", len(result.sent) - sum(x.completed for x in verdicts), "", 0),
        Figure("sessions not ready exactly once", without(lambda one: one.readied), "", 0),
        Figure("jobs not told of exactly once", without(lambda one: one.told), "", 0),
        Figure("words lost, doubled or changed", sum(one.words for one in verdicts), "", 0),
        Figure("recordings that are not what was sent", without(lambda one: one.sound), "", 0),
        Figure("jobs and sessions nobody sent", len(left.strays), "", 0),
        Figure("most attempts at a job", max(attempts, default=0), "", WORK.attempts),
        Figure("attempts after the first", more, ""),
        Figure("of them more than workers were killed", max(0, more - _workers(killed)), "", 0),
        Figure("uploads left until their retention", len(left.objects.uploads), ""),
        Figure("uploads without a row, found by tidying up", len(left.objects.orphans), ""),
        Figure("other objects left over", len(left.objects.stuck), "", 0),
        *percentiles("start of the server", samples["server"], "s"),
        *percentiles("start of a worker", samples["worker"], "s"),
        *percentiles("from sending to completed", samples["job"], "s"),
    )


def samples_of_workers(result: workers.Result) -> Samples:
    """Seconds of starts and of jobs, and how many attempts the jobs took."""
    starts: dict[str, tuple[float, ...]] = {"server": (), "worker": ()}
    for victim, seconds in result.starts.items():
        starts[_kind(victim)] += seconds
    jobs = tuple(one.seconds for one in result.sent if one.seconds is not None)
    attempts = tuple(one.attempts for one in result.finished.verdicts.values())
    return {**starts, "job": jobs, "attempts": attempts}


def _kind(victim: str) -> str:
    return "server" if victim == orders.SERVER else "worker"


def _workers(killed: Sequence[workers.Killed]) -> int:
    return sum(_kind(one.victim) == "worker" for one in killed)


def samples_of(logs: Iterable[Log]) -> Samples:
    """Seconds, of each time that a client came back."""
    backs = [back for log in logs for back in log.backs]
    return {
        "away": tuple(back.away for back in backs),
        "welcome": tuple(back.welcome for back in backs),
        "first": tuple(back.first for back in backs if back.first is not None),
    }


def _judged(verdicts: Sequence[Verdict]) -> list[Figure]:
    def total(of: Callable[[Verdict], float]) -> float:
        return sum(of(verdict) for verdict in verdicts)

    return [
        Figure("sessions", len(verdicts), ""),
        Figure("acknowledged audio lost", total(lambda one: one.lost_ms), "ms", 0),
        Figure("finals lost", total(lambda one: one.lost), "", 0),
        Figure("finals doubled", total(lambda one: one.doubled), "", 0),
        Figure("finals changed", total(lambda one: one.changed), "", 0),
        Figure("sessions not finalized exactly once", total(lambda one: not one.once), "", 0),
    ]
