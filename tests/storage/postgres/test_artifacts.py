"""The contract of the port `Artifacts`, held against Postgres."""

import pytest

from storage.database import Database
from storage.errors import Missing
from storage.ports import Artifacts, Sessions
from storage.postgres.artifacts import PostgresArtifacts
from storage.records import Artifact
from tests.storage.shared import a_session


@pytest.fixture
def artifacts(database: Database) -> Artifacts:
    return PostgresArtifacts(database)


def an_artifact(name: str, bytes: int = 5) -> Artifact:
    digest = "0123456789abcdef" * 4
    return Artifact(
        session="s1",
        name=name,
        key=f"s1/{name}",
        content_type="text/plain",
        bytes=bytes,
        sha256=digest,
    )


async def test_artifacts_come_back_by_name_the_later_one_wins(
    sessions: Sessions, artifacts: Artifacts
) -> None:
    with pytest.raises(Missing):
        await artifacts.put(an_artifact("recording"))
    await sessions.create(a_session())
    for artifact in (an_artifact("b"), an_artifact("a"), an_artifact("b", bytes=2**40)):
        await artifacts.put(artifact)
    assert await artifacts.list("s1") == (an_artifact("a"), an_artifact("b", bytes=2**40))
