from benchmarks.journal.cost import Cost
from benchmarks.journal.run import Settings, figures, repeat


async def test_runs_are_repeated(tmp_path):
    told = []
    costs = await repeat(Settings(sessions=2, seconds=0.1, runs=2), tmp_path, told.append)
    assert len(costs) == 2 and told == ["run 1 of 2", "run 2 of 2"]


def test_the_middle_run_must_reach_it():
    def missed(*cores):
        found = figures([Cost(0.02 + core, 0.02, 0.1, 0.1) for core in cores])
        return [figure.name for figure in found if figure.missed]

    assert missed(0.03, 0.04, 0.2) == []
    assert missed(0.03, 0.06, 0.2) == ["journals, middle run"]
