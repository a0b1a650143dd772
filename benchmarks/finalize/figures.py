"""The figures of long sessions' ends, and what they must reach. Pure."""

from collections.abc import Sequence

from benchmarks.finalize.run import Ending
from benchmarks.report.reach import Figure, percentiles

END = 5.0  # seconds from `end` until recording and transcript are downloaded, p95


def figures(endings: Sequence[Ending], hours: float) -> tuple[Figure, ...]:
    streaming = [one.streaming for one in endings]
    fastest = hours * 3600 / min(streaming) if streaming else None
    return (
        Figure("sessions", len(endings), ""),
        *percentiles("from `end` to `ended`", [one.ended for one in endings], "s"),
        *percentiles("until it is ready", [one.ready for one in endings], "s"),
        *percentiles("until all is downloaded", [one.downloaded for one in endings], "s", p95=END),
        Figure("audio taken in, at most", fastest, "times real time"),
    )
