from pathlib import Path

from benchmarks.journal.cost import measure
from storage.journal.writer import JournalPolicy


async def test_a_measurement_has_all_its_figures(tmp_path: Path) -> None:
    cost = await measure(tmp_path, 3, 0.3, JournalPolicy(seal_after=0.1), upload=True)
    assert cost.core > 0 and cost.idle > 0
    assert 0 < cost.p50 <= cost.p95
