"""The contract of the port `Audits`, held against Postgres."""

import pytest

from storage.database import Database
from storage.ports import Audits, Sessions
from storage.postgres.audits import PostgresAudits
from storage.records import Audit
from tests.storage.shared import NOON, a_session


@pytest.fixture
def audits(database: Database) -> Audits:
    return PostgresAudits(database)


def an_entry(action: str, session: str = "s1") -> Audit:
    facts = {"objects": 5, "reason": "retention"}
    return Audit(at=NOON, actor="sweep", action=action, owner="ann", session=session, facts=facts)


async def test_what_was_done_is_told_in_order(audits: Audits) -> None:
    for entry in (an_entry("lock"), an_entry("purge", "s2"), an_entry("delete")):
        await audits.add(entry)
    assert await audits.of("s1") == (an_entry("lock"), an_entry("delete"))
    assert await audits.of("a\0b") == ()


async def test_an_entry_stays_when_its_session_is_gone(audits: Audits, sessions: Sessions) -> None:
    await sessions.create(a_session())
    await audits.add(an_entry("delete"))
    await sessions.erase("ann", "s1")
    assert await audits.of("s1") == (an_entry("delete"),)
