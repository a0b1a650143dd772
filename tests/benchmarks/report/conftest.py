"""A result of two runs, one good and one bad."""

import pytest

from benchmarks.report.result import Result
from benchmarks.run.live import Played, judge
from benchmarks.run.machine import Machine, Usage
from benchmarks.run.settings import Settings
from benchmarks.run.stored import Stored

MACHINE = Machine("a processor", 2, 8.0, (), "Linux 6", "3.11.0", None, {"captionflow": "0.1.0"})
SETTINGS = Settings(
    target="captionflow",
    corpus="dialogue",
    language="en",
    category=None,
    ids=(),
    seconds=60.0,
    seed=1,
    spread=2.0,
    drain=60.0,
    endpoint_ms=500,
    model=None,
    offline=True,
)


@pytest.fixture
def result(write):
    good = write([("red", 0.5, 1.0), ("fox", 1.5, 2.0)])
    good.partial(1.25, "red", stable="red")
    good.final(2.5, "red box")
    good.log.lateness = [0.001]
    bad = write([("red", 0.5, 1.0)])
    bad.log.failure = "ServerError: lost"
    usage = Usage(210.4, 300.0, 1.25, 1.5, 2048.0, 50.0)
    runs = (
        judge(Played([good.log], usage, None, stored={0: Stored("red", 0.0)}), {0: "Red fox!"}),
        judge(Played([bad.log], None, "the server exited with code 1"), {}),
    )
    return Result("2026-11-21T10:00:00+00:00", MACHINE, SETTINGS, runs)
