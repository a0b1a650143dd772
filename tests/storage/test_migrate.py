import asyncio

import pytest

from storage import migrate
from storage.migrate import NoWay, Revision
from tests.storage.shared import connection, python

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
    assert {row[0] for row in first[0]} == {"sessions", "segments", "artifacts"}
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


def test_history_is_one_line_from_the_first_revision_on() -> None:
    history = migrate.history()
    assert history[0] == Revision("0001", None, "sessions, their segments and their artifacts")
    assert [it.before for it in history[1:]] == [it.id for it in history[:-1]]


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
