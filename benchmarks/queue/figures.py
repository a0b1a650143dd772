"""The figures of a queue, and what they must reach. Pure."""

from benchmarks.queue.run import Result
from benchmarks.report.reach import Figure, percentiles

CLAIM = 50.0  # ms to be given the next job, p95
FLAT = 16.0  # MiB that a server may grow by: what it does without any job, too


def figures(result: Result) -> tuple[Figure, ...]:
    before, with_jobs, after = result.rss
    jobs = len(result.enqueued)
    turns = result.turns.values()
    return (
        Figure("jobs put into the queue", jobs / result.enqueuing, "a second"),
        *percentiles("to put one there", result.enqueued, "ms", 1000),
        *percentiles("claim, while they wait", result.claimed, "ms", 1000, CLAIM),
        *percentiles("end of a job", result.finished, "ms", 1000),
        Figure("jobs claimed and ended", jobs / result.claiming, "a second"),
        *percentiles("from a job's being there to its claim", result.woken, "ms", 1000),
        Figure("memory of the server before", before, "MiB"),
        Figure("more of it with all jobs in the queue", with_jobs - before, "MiB", FLAT),
        Figure("more of it when all are done", after - before, "MiB", FLAT),
        Figure("first claims of one owner, most less least", max(turns) - min(turns), "", 1),
    )
