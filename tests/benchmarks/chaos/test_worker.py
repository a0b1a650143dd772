"""What a worker tells of a job while it does it."""

from benchmarks.chaos.worker import told
from server.work.worker import working
from storage.records import Status
from tests.fakes import Parrot
from tests.server.work.house import QUICK, opened, quick, wav


async def test_each_step_of_a_job_is_told(tmp_path, database_url, capsys):
    async with opened(quick(tmp_path, database_url)) as house:
        job = await house.upload(wav("..######......"))
        async with working(told(house.core), QUICK, lambda _: (Parrot(), Parrot.languages)):
            assert (await house.ended(job)).status is Status.COMPLETED
    steps = ["claimed 1", "fetching", "fetched", "storing", "committing", "committed"]
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("step")]
    assert lines == [f"step {step}" for step in (*steps, "removing")]
