from datetime import UTC, datetime, timedelta
from pathlib import Path

from server.live.leases import Leases
from storage.open import open_storage
from storage.settings import StorageSettings
from tests.storage.shared import a_session


async def test_one_node_has_a_session_until_its_lease_is_over(
    tmp_path: Path, database_url: str
) -> None:
    async with open_storage(StorageSettings(tmp_path, database_url=database_url)) as storage:
        sessions = storage.sessions
        for id in ("s1", "s2"):
            await sessions.create(a_session(id))
        ours, other = Leases(sessions, "a", 20.0), Leases(sessions, "b", 20.0)
        for id in ("s1", "s2"):
            assert await ours.claim(id) and not await other.claim(id) and await ours.claim(id)
            ours.held.add(id)
        assert await ours.renew() == set()
        later = datetime.now(UTC) + timedelta(minutes=1)
        assert await sessions.claim("s1", "b", later, later + timedelta(minutes=1))
        assert await ours.renew() == {"s1"} and ours.held == {"s2"}
        await ours.release("s2")
        assert ours.held == set() and await ours.renew() == set()
        assert await other.claim("s2")
