"""The contract of the port `Inventory`, held against Postgres."""

import pytest

from storage.database import Database
from storage.ports import Inventory, Sessions
from storage.postgres.artifacts import PostgresArtifacts
from storage.postgres.inventory import PostgresInventory
from storage.records import Artifact, Upload
from tests.storage.shared import a_session, an_upload


@pytest.fixture
def inventory(database: Database) -> Inventory:
    return PostgresInventory(database)


def an_artifact(session: str, name: str) -> Artifact:
    key = f"ann/{session}/{name}"
    return Artifact(
        session=session, name=name, key=key, content_type="x/y", bytes=1, sha256="0" * 64
    )


async def test_which_keys_have_a_row(
    sessions: Sessions, database: Database, inventory: Inventory
) -> None:
    upload = Upload(key="ann/s2/upload", content_type="audio/mpeg")
    await sessions.create(a_session("s1"))
    await sessions.create(an_upload("s2", upload=upload))
    await PostgresArtifacts(database).put(an_artifact("s1", "recording"))
    asked = ["ann/s1/recording", "ann/s2/upload", "ann/s1/other", "ann/s3/recording", "\0"]
    assert await inventory.known(asked) == {"ann/s1/recording", "ann/s2/upload"}
    assert await inventory.known([]) == frozenset()


async def test_which_sessions_there_are(sessions: Sessions, inventory: Inventory) -> None:
    for id, owner in (("s1", "ann"), ("s2", "bob"), ("s3", "ann")):
        await sessions.create(a_session(id, owner=owner))
    found = await inventory.sessions(["s1", "s2", "s4", "\0"])
    assert {it.id for it in found} == {"s1", "s2"}


async def test_artifacts_come_in_order_some_at_a_time(
    sessions: Sessions, database: Database, inventory: Inventory
) -> None:
    for session in ("s2", "s1"):
        await sessions.create(a_session(session))
        for name in ("b", "a"):
            await PostgresArtifacts(database).put(an_artifact(session, name))
    first = await inventory.artifacts(3)
    assert [(it.session, it.name) for it in first] == [("s1", "a"), ("s1", "b"), ("s2", "a")]
    rest = await inventory.artifacts(3, (first[-1].session, first[-1].name))
    assert [(it.session, it.name) for it in rest] == [("s2", "b")]
    assert await inventory.artifacts(3, ("s2", "b")) == ()
