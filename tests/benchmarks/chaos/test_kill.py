"""A short run with real kills; a longer one is `captionflow bench chaos kill`."""

from collections import Counter

import pytest

from benchmarks.chaos import figures, kill
from benchmarks.chaos.kill import Settings


@pytest.mark.slow
@pytest.mark.parametrize(("kills", "embedded"), [(3, 0.0), (1, 1.0)])
async def test_kills_lose_nothing(folder, kills, embedded):
    settings = Settings(
        kills, 5, embedded, clients=3, shortest=3.0, longest=8.0, pace=4.0, linger=1.0
    )
    told = []
    (lane,) = await kill.measure(settings, folder, told.append)
    assert lane.aftermath.faults == ()
    assert [one.name for one in figures.of_kills([lane], kills) if one.missed] == []
    assert len(lane.killed) == kills and len(lane.starts) >= 1
    assert sum(len(log.backs) for log in lane.logs) > 0, "nobody had to come back"
    assert Counter(log.over for log in lane.logs) == {True: len(lane.logs)}
    assert f"of {kills} kills" in told[0]
