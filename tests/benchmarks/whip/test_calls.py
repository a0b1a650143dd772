"""Levels of publishers against a server as a process."""

import pytest

from benchmarks.chaos.model import NAME
from benchmarks.whip.calls import Settings, _shares, measure


@pytest.mark.slow
async def test_a_level_of_none_comes_first(folder):
    told = []
    settings = Settings(levels=(2,), seconds=2.0, warmup=0.5, processes=1, model=NAME)
    result = await measure(settings, folder, told.append)
    none, two = result.levels
    assert (none.calls, none.media, none.crowds) == (0, 0.0, ())
    assert two.calls == 2 and two.media > 0 and two.main > 0 and two.rss > 20
    assert two.pings and none.pings
    (crowd,) = two.crowds
    assert crowd.failures == () and crowd.behind < 2.0
    assert "2 publishers leave" in told


def test_publishers_are_divided_among_processes():
    def shares(count, processes):
        return _shares(Settings((1,), 1.0, processes), count)

    assert shares(5, 2) == [2, 3]
    assert shares(1, 2) == [1] and shares(0, 2) == []
