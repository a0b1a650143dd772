"""Looks beside uploads through the real engine."""

import threading

from benchmarks.engine.lanes import MODES, UPLOADS, measure
from benchmarks.engine.model import Stages
from tests.benchmarks.engine.conftest import HEAVY, LOOK


class Counted:
    """A model without a model: it only writes down what it is given."""

    def __init__(self, fails=False):
        self.fails = fails
        self.passes = []
        self.turn = threading.Event()

    def run(self, load, windows):
        if self.fails:
            raise RuntimeError("out of memory")
        self.passes.append((load.name, len(windows)))
        self.turn.wait(0.002)  # a pass takes time, or the queue would always be empty
        return Stages(0, 0, 0, 0)


async def test_every_mode_is_measured():
    counted = Counted()
    found = await measure(counted, LOOK, HEAVY, 100.0, 0.5, 4, 1)
    assert [one.mode for one in found] == list(MODES)
    assert all(one.failure is None and one.looks.count == 20 for one in found)
    assert found[0].heavy_a_second == 0
    assert found[1].heavy_a_second > 0 and found[2].heavy_a_second > 0
    assert {name for name, _ in counted.passes} == {"look", "heavy"}
    assert max(rows for _, rows in counted.passes) <= min(4, UPLOADS)


async def test_looks_go_before_uploads_only_in_a_lane_of_their_own():
    _, two, one = await measure(Counted(), LOOK, HEAVY, 200.0, 1.0, 1, 1)
    assert two.looks.p50 < one.looks.p50


async def test_a_device_that_fails_is_said():
    found = await measure(Counted(fails=True), LOOK, HEAVY, 50.0, 0.2, 4, 1)
    assert {one.failure for one in found} == {"out of memory"}
    assert found[0].looks is None
