import socket
from pathlib import Path

import pytest

from storage import migrate
from storage.embedded import running
from storage.errors import Unavailable
from storage.lifecycle import IllegalMove
from storage.open import Storage, open_storage
from storage.records import Artifact, Segment, State
from storage.settings import StorageSettings
from tests.storage.shared import NOON, QUICK, a_job, a_session, an_upload, connection


async def keep_one_of_each(storage: Storage) -> None:
    await storage.sessions.create(a_session())
    segment = Segment(session="s1", number=1, start=0, end=1, text="a", words=(), confidence=1.0)
    await storage.segments.put("s1", [segment])
    blob = await storage.objects.put_bytes("s1/transcript.txt", b"a\n", "text/plain")
    artifact = Artifact(
        session="s1",
        name="transcript.txt",
        key=blob.key,
        content_type=blob.content_type,
        bytes=blob.bytes,
        sha256=blob.sha256,
    )
    await storage.artifacts.put(artifact)


async def kept(storage: Storage) -> list[object]:
    session = await storage.sessions.get("ann", "s1")
    texts = [it.text for it in await storage.segments.list("s1")]
    (artifact,) = await storage.artifacts.list("s1")
    data = b"".join([piece async for piece in storage.objects.open(artifact.key)])
    return [session and session.created_at, texts, data]


async def test_everything_survives_a_restart_of_the_embedded_default(folder: Path) -> None:
    settings = StorageSettings(data_dir=folder / "data")
    async with open_storage(settings) as storage:
        await keep_one_of_each(storage)
    async with open_storage(settings) as storage:
        assert await kept(storage) == [NOON, ["a"], b"a\n"]
    assert sorted(path.name for path in (folder / "data").iterdir()) == [
        *("objects", "postgres", "secret")
    ]


async def test_nodes_share_a_secret(folder: Path) -> None:
    shared, found = folder / "shared", []
    async with running(folder / "theirs", QUICK) as address:
        for node in "ab":
            settings = StorageSettings(folder / node, database_url=address, secret_file=shared)
            async with open_storage(settings) as storage:
                found.append(storage.secret)
            assert not (folder / node / "secret").exists()
    assert found[0] == found[1] == shared.read_bytes()


async def test_what_is_done_together_is_done_wholly_or_not_at_all(folder: Path) -> None:
    async with open_storage(StorageSettings(data_dir=folder / "data")) as storage:
        with pytest.raises(IllegalMove):
            async with storage.together() as tables:
                await tables.sessions.create(a_session())
                await tables.sessions.move("s1", State.READY)
        assert await storage.sessions.get("ann", "s1") is None
        async with storage.together() as tables:
            await tables.jobs.enqueue(an_upload(), a_job())
            await tables.sessions.move("s1", State.OPEN)
            assert await storage.jobs.get("ann", "j1") is None, "not yet seen from outside"
        assert await storage.jobs.get("ann", "j1") == a_job()


async def test_a_database_of_ones_own_is_used_and_none_is_started(folder: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    network = {**QUICK, "listen_addresses": "127.0.0.1", "port": str(port)}
    async with running(folder / "theirs", network) as address:
        url = address.replace("@/", f"@127.0.0.1:{port}/").partition("?")[0]
        settings = StorageSettings(data_dir=folder / "ours", database_url=url)
        async with open_storage(settings) as storage:
            await keep_one_of_each(storage)
            assert await kept(storage) == [NOON, ["a"], b"a\n"]
        async with connection(url) as opened:
            assert await opened.fetchval("SELECT count(*) FROM sessions") == 1
        assert await migrate.current(url) == migrate.history()[-1].id
    assert not (folder / "ours" / "postgres").exists()


async def test_a_database_that_cannot_be_reached_is_told_in_time(tmp_path: Path) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"postgresql://a:secret@127.0.0.1:{bound.getsockname()[1]}/x"
        settings = StorageSettings(tmp_path, database_url=url, start_timeout=0.2)
        with pytest.raises(Unavailable, match="no database at 127.0.0.1") as caught:
            async with open_storage(settings):
                pass
    assert "secret" not in str(caught.value)
