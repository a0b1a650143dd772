"""A run whose figures are known."""

import pytest

from benchmarks.run.live import Played, judge
from benchmarks.run.machine import Usage


@pytest.fixture
def run(write):
    """Two words: the first committed after 0.5 s, the second, which is wrong, never."""
    made = write([("red", 0.5, 1.0), ("fox", 1.5, 2.0)])
    made.partial(1.25, "red", stable="")
    made.partial(1.5, "red", stable="red")
    made.final(3.0, "red box", end=2.0)
    return judge(Played([made.log], Usage(100.0, 120.0, 0.75), None), {0: "red fox"})
