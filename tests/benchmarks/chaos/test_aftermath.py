"""What is left is found, fetched and judged."""

from benchmarks.chaos import aftermath, kept, talk
from benchmarks.chaos.aftermath import Talked
from benchmarks.chaos.caller import Caller, Log, Manner
from benchmarks.chaos.verdict import Recording
from storage.settings import StorageSettings


async def test_a_session_and_one_that_is_not_there(url, tmp_path, database_url):
    storage = StorageSettings(data_dir=tmp_path, database_url=database_url)
    await kept.prepare(storage)
    said = talk.make("a", 6)
    log = await Caller(url, said, Manner(20.0, 5.0), "a").run()
    talked = [Talked("a", 6, log), Talked("b", 6, Log())]
    left = await aftermath.settled(tmp_path)
    assert left == set()
    found = await aftermath.recordings(url, talked)
    assert found == {log.session: Recording(len(said.samples), len(said.samples))}
    judged = await aftermath.judged(storage, talked, found, {"strange"})
    assert judged.verdicts[log.session].clean and judged.verdicts[log.session].once
    assert judged.strays == 0
    assert judged.faults == ("the journal of strange is left", "no row of session (never welcomed)")
