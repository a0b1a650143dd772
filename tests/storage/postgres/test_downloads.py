"""The contract of the port `Downloads`, held against Postgres."""

import asyncio
from datetime import timedelta

import pytest

from storage.database import Database
from storage.errors import Missing
from storage.ports import Downloads, Sessions
from storage.postgres.artifacts import PostgresArtifacts
from storage.postgres.downloads import PostgresDownloads
from storage.records import Artifact, Download
from tests.storage.shared import NOON, a_session

SOON = NOON + timedelta(minutes=5)
FLAC = Artifact(
    session="s1", name="recording", key="k", content_type="audio/flac", bytes=3, sha256="ab" * 32
)


@pytest.fixture
async def downloads(database: Database, sessions: Sessions) -> Downloads:
    await sessions.create(a_session())
    await PostgresArtifacts(database).put(FLAC)
    return PostgresDownloads(database)


def leave(digest: str = "d", artifact: str = "recording") -> Download:
    return Download(digest=digest, session="s1", artifact=artifact, expires_at=SOON)


async def test_it_works_once_whoever_else_tries_at_the_same_time(downloads: Downloads) -> None:
    await downloads.add(leave(), NOON)
    assert await downloads.take("another", NOON) is None
    taken = await asyncio.gather(*(downloads.take("d", NOON) for _ in range(5)))
    assert [each for each in taken if each is not None] == [FLAC]


async def test_it_is_over_in_time_and_then_goes(downloads: Downloads, database: Database) -> None:
    await downloads.add(leave(), NOON)
    assert await downloads.take("d", SOON) is None
    await downloads.add(leave("e"), NOON)
    await downloads.add(
        Download(digest="f", session="s1", artifact="recording", expires_at=SOON), SOON
    )
    rows = await database.rows("SELECT digest FROM downloads ORDER BY digest")
    assert [row["digest"] for row in rows] == ["f"]


@pytest.mark.parametrize("artifact", ["transcript.srt", "a\0b", ""])
async def test_there_is_none_for_what_is_not_there(downloads: Downloads, artifact: str) -> None:
    with pytest.raises(Missing):
        await downloads.add(leave(artifact=artifact), NOON)


async def test_it_goes_with_its_session(downloads: Downloads, sessions: Sessions) -> None:
    await downloads.add(leave(), NOON)
    assert await sessions.erase("ann", "s1")
    assert await downloads.take("d", NOON) is None
