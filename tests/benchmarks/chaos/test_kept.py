"""What the database says of sessions at the end."""

from datetime import UTC, datetime

from benchmarks.chaos import kept
from storage.open import open_storage
from storage.records import Session, State
from storage.settings import StorageSettings


async def test_a_session_is_counted_each_time_it_becomes_ready(tmp_path, database_url):
    settings = StorageSettings(data_dir=tmp_path, database_url=database_url)
    await kept.prepare(settings)
    record = Session(
        id="s1",
        owner="local",
        kind="live",
        protocol="stt.v1",
        model="m",
        created_at=datetime.now(UTC),
    )
    async with open_storage(settings) as storage:
        await storage.sessions.create(record)
        for state in (State.DRAINING, State.FINALIZING, State.READY, State.EXPIRED, State.READY):
            await storage.sessions.move("s1", state)
    (row,) = (await kept.rows(settings)).values()
    assert (row.state, row.readied, row.texts, row.artifacts) == ("ready", 2, (), ())
    assert row.kept(None).readied == 2


async def test_what_is_not_there_is_none(url):
    assert await kept.recording(url, "nobody") is None
