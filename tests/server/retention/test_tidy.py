import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.retention.tidy import (
    FILES,
    LOCAL,
    MISSING,
    OBJECTS,
    PARTS,
    Leftovers,
    batches,
    counts,
    needless,
    settled,
)
from storage.journal.reader import sessions as with_journals
from storage.journal.records import Opened
from storage.journal.writer import JournalPolicy, Journals, journaling
from storage.lifecycle import NEXT
from storage.open import Storage
from storage.records import State
from tests.server.retention.shared import left, objects
from tests.storage.shared import NOON, a_session

HOUR = timedelta(hours=1)
QUICK = JournalPolicy(sync_every=0.002)


def soon() -> datetime:
    """When what was made just now is more than an hour old."""
    return datetime.now(UTC) + 2 * HOUR


async def tidied(storage: Storage, data: Path, **options: Any) -> dict[str, int]:
    rows = options.pop("rows", False)
    leftovers = Leftovers(storage, data, options.pop("journals", None), **options)
    return counts(await leftovers.tidy(soon(), HOUR, rows))


async def test_objects_without_a_row_go_and_all_others_stay(
    either: Storage, tmp_path: Path
) -> None:
    await left(either)
    for key in ("ann/s1/strange", "ann/s9/recording", "loose", "deep/er/than/ours"):
        await either.objects.put_bytes(key, b"12345", "x/y")
    before = await either.objects.list()
    assert await tidied(either, tmp_path, dry_run=True) == {OBJECTS: 4}
    assert await either.objects.list() == before
    assert await tidied(either, tmp_path) == {OBJECTS: 4}
    assert await objects(either) == ["recording", "transcript.txt", "upload"]
    assert await tidied(either, tmp_path) == {}


async def test_what_is_young_is_left_alone(storage: Storage, tmp_path: Path) -> None:
    await storage.objects.put_bytes("ann/s9/recording", b"x", "x/y")
    leftovers = Leftovers(storage, tmp_path, None)
    assert counts(await leftovers.tidy(datetime.now(UTC), HOUR)) == {}
    assert await objects(storage, "s9") == ["recording"]


@pytest.mark.parametrize("state", [State.OPEN, State.DRAINING, State.FINALIZING, State.QUEUED])
async def test_what_may_still_get_its_row_stays(
    storage: Storage, tmp_path: Path, state: State
) -> None:
    await storage.sessions.create(a_session("s1", state=state))
    await storage.objects.put_bytes("ann/s1/recording", b"x", "x/y")
    await storage.objects.put_bytes("journal/s1/000000-000000001", b"x", "x/y")
    assert await tidied(storage, tmp_path) == {}


async def test_parts_of_journals_that_are_done_with(storage: Storage, tmp_path: Path) -> None:
    for id, state in (("ready", State.READY), ("failed", State.FAILED), ("open", State.OPEN)):
        await storage.sessions.create(a_session(id, state=state))
    for id in ("ready", "failed", "open", "nobody"):
        for number in range(2):
            await storage.objects.put_bytes(f"journal/{id}/000000-00000000{number}", b"x", "x/y")
    assert await tidied(storage, tmp_path) == {PARTS: 4}
    stored = {key.split("/")[1] for key in await storage.objects.list("journal/")}
    assert stored == {"failed", "open"}, "what failed may be finalized again"


async def keep(journals: Journals, *ids: str) -> None:
    for id in ids:
        journal = journals.begin(id)
        await journal.synced(journal.append(Opened(id, {})), 15)
        journal.close()
    await journals.seal(15)


async def test_journals_on_the_disk(storage: Storage, tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    async with journaling(folder, None, QUICK) as journals:
        await keep(journals, "purged", "nobody", "open", "failed")
        await storage.sessions.create(a_session("purged", state=State.PURGED))
        await storage.sessions.create(a_session("open", state=State.OPEN))
        await storage.sessions.create(a_session("failed", state=State.FAILED))
        assert await tidied(storage, tmp_path) == {LOCAL: 2}, "told, but another process has them"
        assert len(await with_journals(folder, None)) == 4
        assert await tidied(storage, tmp_path, journals=journals) == {LOCAL: 2}
        assert await with_journals(folder, None) == {"open", "failed"}


async def test_a_journal_that_is_written_now_is_left_alone(
    storage: Storage, tmp_path: Path
) -> None:
    async with journaling(tmp_path / "journal", None, QUICK) as journals:
        await keep(journals, "nobody")
        leftovers = Leftovers(storage, tmp_path, journals)
        assert counts(await leftovers.tidy(datetime.now(UTC), HOUR)) == {}


async def test_temporary_files_of_long_ago(storage: Storage, tmp_path: Path) -> None:
    old, young = tmp_path / "finalizing" / "old", tmp_path / "finalizing" / "young"
    for folder in (old, young):
        folder.mkdir(parents=True)
        (folder / "recording.flac").write_bytes(b"123")
    past = (datetime.now(UTC) - 2 * HOUR).timestamp()
    for path in (old / "recording.flac", old):
        os.utime(path, (past, past))
    found = await Leftovers(storage, tmp_path, None).tidy(datetime.now(UTC), HOUR)
    assert (found[FILES].found, found[FILES].removed, found[FILES].bytes) == (1, 1, 3)
    assert found[FILES].examples == ["finalizing/old"]
    assert (old.exists(), young.exists()) == (False, True)
    assert (tmp_path / "secret").exists()


async def test_rows_without_an_object_are_named(either: Storage, tmp_path: Path) -> None:
    await left(either)
    await either.objects.delete("ann/s1/recording")
    found = await Leftovers(either, tmp_path, None).tidy(soon(), HOUR, rows=True)
    assert counts(found) == {MISSING: 1}
    assert found[MISSING].examples == ["ann/s1/recording"]
    assert len(await either.artifacts.list("s1")) == 2, "told, and left to people"


async def test_puts_that_were_cut_off(storage: Storage, tmp_path: Path) -> None:
    incoming = tmp_path / "objects" / ".incoming"
    incoming.mkdir(parents=True)
    (incoming / "half").write_bytes(b"x")
    past = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    os.utime(incoming / "half", (past, past))
    await Leftovers(storage, tmp_path, None, dry_run=True).tidy(datetime.now(UTC), HOUR)
    assert (incoming / "half").exists()
    await Leftovers(storage, tmp_path, None).tidy(datetime.now(UTC), HOUR)
    assert not (incoming / "half").exists()


async def test_things_come_in_batches() -> None:
    async def numbers() -> Any:
        for number in range(5):
            yield number

    assert [some async for some in batches(numbers(), 2)] == [[0, 1], [2, 3], [4]]


def test_which_states_need_a_journal_and_may_get_rows() -> None:
    assert {state for state in NEXT if needless(a_session(state=state))} == {
        State.READY,
        State.EXPIRED,
        State.PURGED,
    }
    assert {state for state in NEXT if settled(a_session(state=state))} == {
        State.READY,
        State.EXPIRED,
        State.PURGED,
        State.FAILED,
    }
    assert needless(None) and settled(None)
    assert needless(a_session(state=State.FAILED, transcript_until=NOON)), "its recording is gone"
