import asyncio
from datetime import UTC, datetime

import pytest

from storage import migrate
from storage.database import connected
from storage.migrate import NoWay, Revision
from storage.postgres.jobs import PostgresJobs
from storage.postgres.listener import listening
from storage.postgres.segments import PostgresSegments
from storage.postgres.sessions import PostgresSessions
from tests.storage.shared import a_job, connection, python

SHAPE = """
SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND conrelid <> 'alembic_version'::regclass
ORDER BY 1, 2
"""
INDEXES = """
SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
ORDER BY 1
"""


async def shape(address: str) -> list[list[tuple[object, ...]]]:
    async with connection(address) as opened:
        return [
            [tuple(row) for row in await opened.fetch(query)]
            for query in (SHAPE, CONSTRAINTS, INDEXES)
        ]


async def test_up_down_and_up_again_gives_the_same_tables(
    empty_database: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert await migrate.current(empty_database) is None
    await migrate.upgrade(empty_database)
    first = await shape(empty_database)
    assert {row[0] for row in first[0]} == {
        *("sessions", "segments", "artifacts", "corrections", "jobs"),
        *("audit", "webhooks", "deliveries", "downloads"),
    }
    assert await migrate.current(empty_database) == migrate.history()[-1].id

    await migrate.downgrade(empty_database, "base")
    assert await shape(empty_database) == [[], [], []]
    assert await migrate.current(empty_database) is None

    await migrate.upgrade(empty_database)
    assert await shape(empty_database) == first
    assert capfd.readouterr().out == ""


async def test_every_revision_goes_down_and_up_one_by_one(empty_database: str) -> None:
    for revision in migrate.history():
        await migrate.upgrade(empty_database, revision.id)
        after = await shape(empty_database)
        await migrate.downgrade(empty_database, revision.before or "base")
        assert await migrate.current(empty_database) == revision.before
        await migrate.upgrade(empty_database, revision.id)
        assert await shape(empty_database) == after


OLD = """
INSERT INTO sessions (id, owner, kind, state, protocol, model, options, created_at, duration)
VALUES ('old', 'ann', 'live', 'ready', 'stt.v1', 'base', '{"language": "de"}', now(), 16000),
    ('cut off', 'ann', 'live', 'open', 'stt.v1', 'base', '{}', now(), 0)
"""
SEGMENT = """
INSERT INTO segments (session, number, "start", "end", text, words, confidence)
VALUES ('old', 1, 0, 10, 'so it is', '[]', 0.5)
"""
NEW = """
INSERT INTO sessions (id, owner, kind, state, protocol, model, options, created_at, duration)
SELECT state, 'ann', 'upload', state, 'http', 'base', '{}', now(), 0
FROM unnest(ARRAY['awaiting_upload', 'queued', 'expired', 'purged', 'failed']) AS state
"""
FACTS = "SELECT id, state, duration FROM sessions ORDER BY id"


async def test_what_is_kept_outlasts_the_way_to_the_second_revision_and_back(
    empty_database: str,
) -> None:
    await migrate.upgrade(empty_database, "0001")
    async with connection(empty_database) as opened:
        await opened.execute(OLD)
        await opened.execute(SEGMENT)
    await migrate.upgrade(empty_database, "0002")
    async with connection(empty_database) as opened, connected(empty_database, 1, 10) as database:
        await opened.execute(NEW)
        sessions, segments = PostgresSessions(database), PostgresSegments(database)
        assert [it.id for it in await sessions.orphans(datetime.now(UTC), 10)] == ["cut off"]
        await segments.correct("old", 1, 1, "ann", datetime.now(UTC), text="So it is.")
        session = await sessions.get("ann", "old")
        assert session is not None
        async with listening(empty_database, 10) as listener:
            jobs = PostgresJobs(database, listener)
            await jobs.enqueue(session, a_job(session="old"))
    await migrate.downgrade(empty_database, "0001")
    async with connection(empty_database) as opened:
        kept = [tuple(row) for row in await opened.fetch(FACTS)]
        assert await opened.fetchval("SELECT text FROM segments") == "So it is."
    assert kept == [
        ("cut off", "open", 0),
        ("expired", "ready", 0),
        ("failed", "failed", 0),
        ("old", "ready", 16000),
    ]
    await migrate.upgrade(empty_database, "0002")


def test_history_is_one_line_from_the_first_revision_on() -> None:
    history = migrate.history()
    assert history[-1].id == migrate.NEWEST
    assert history[0] == Revision("0001", None, "sessions, their segments and their artifacts")
    assert [it.before for it in history[1:]] == [it.id for it in history[:-1]]


LATER = """
import asyncio, sys
from storage import migrate
asyncio.run(migrate.upgrade(sys.argv[1]))
print([name for name in ("alembic", "sqlalchemy") if name in sys.modules])
"""


async def test_where_nothing_is_missing_alembic_is_not_even_imported(empty_database: str) -> None:
    await migrate.upgrade(empty_database)
    node = python(LATER, empty_database)
    assert await asyncio.to_thread(node.communicate, None, 60) == ("[]\n", None)


async def test_an_unknown_revision_is_refused(empty_database: str) -> None:
    with pytest.raises(NoWay, match="9999"):
        await migrate.upgrade(empty_database, "9999")


async def test_calls_within_a_process_take_turns(empty_database: str) -> None:
    await asyncio.gather(*(migrate.upgrade(empty_database) for _ in range(3)))
    assert await migrate.current(empty_database) == migrate.history()[-1].id


NODE = """
import asyncio, sys
from storage import migrate
sys.stdin.readline()
asyncio.run(migrate.upgrade(sys.argv[1]))
"""


async def test_nodes_that_start_together_take_turns(empty_database: str) -> None:
    nodes = [python(NODE, empty_database, stdin=-1) for _ in range(2)]
    outcomes = await asyncio.gather(
        *(asyncio.to_thread(node.communicate, "go\n", 60) for node in nodes)
    )
    assert [node.returncode for node in nodes] == [0, 0]
    assert [out for out, _ in outcomes] == ["", ""]
    assert await migrate.current(empty_database) == migrate.history()[-1].id
