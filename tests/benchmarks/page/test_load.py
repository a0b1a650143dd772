"""How soon the page streams, of a server as a process."""

import pytest

from benchmarks.page.load import Loaded, Settings, loaded, measure
from tests.benchmarks.visits import page_time, stream, visit


@pytest.mark.slow
async def test_each_visit_streams(folder):
    told = []
    result = await measure(Settings(visits=2), folder, told.append)
    assert result.faults == () and len(result.loaded) == 2
    for one in result.loaded:
        assert 0 < one.ready < one.granted < one.streaming < 30
    assert told[-1] == "visit 2 of 2"


def test_moments_count_from_the_navigation():
    seen = visit(stream(), frames=((page_time(-4.5), 0, 640),))
    assert loaded(seen) == Loaded(pytest.approx(0.3), pytest.approx(0.4), pytest.approx(0.5))
