import asyncio
import signal
from pathlib import Path
from subprocess import PIPE

import pytest

from storage.errors import BadKey, Taken, Unusable
from storage.folder import FolderObjects
from storage.journal.files import Places, part_name
from storage.journal.handle import Durable
from storage.journal.reader import sessions
from storage.journal.records import Opened, Sealed
from storage.journal.writer import JournalPolicy, journaling
from tests.storage.journal.shared import PATIENCE, event, loaded, said, stream
from tests.storage.shared import python

OPENED = Opened("s1", {"model": "base"})
QUICK = JournalPolicy(sync_every=0.002, retry=0.01, upload_retry=0.02)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def objects(tmp_path: Path) -> FolderObjects:
    return FolderObjects(tmp_path / "objects")


async def test_what_is_durable_can_be_read_while_it_grows(folder: Path) -> None:
    told: list[Durable] = []
    async with journaling(folder, None, QUICK) as journals:
        journal = journals.begin("s1", watcher=told.append)
        records = [OPENED, *map(said, range(50)), event(1)]
        numbers = [journal.append(record) for record in records]
        assert numbers == [1, *[2] * 50, 3]
        assert await journal.synced(numbers[-1], PATIENCE) == Durable(3, 200, 1)
        opened, *audio, last = await loaded(folder, "s1")
        assert (opened, stream(audio), last) == (OPENED, stream(map(said, range(50))), event(1))
        assert told[-1] == Durable(3, 200, 1)
        assert journals.waiting == 0


async def test_all_that_waits_is_written_at_the_end(folder: Path) -> None:
    async with journaling(folder, None, JournalPolicy(sync_every=600)) as journals:
        journal = journals.begin("s1")
        await journal.synced(journal.append(said(0)), PATIENCE)
        journal.append(said(1))
    assert await loaded(folder, "s1") == [said(0), said(1)]


async def test_sessions_do_not_mix(folder: Path) -> None:
    async with journaling(folder, None, QUICK) as journals:
        several = [journals.begin(f"s{number}") for number in range(10)]
        for number in range(20):
            for at, journal in enumerate(several):
                journal.append(said(number * 10 + at))
            if number == 10:
                await journals.seal(PATIENCE)
    for at in range(10):
        assert await loaded(folder, f"s{at}") == [said(number * 10 + at) for number in range(20)]


async def test_sealed_parts_go_to_the_store_and_another_node_goes_on(
    folder: Path, tmp_path: Path, objects: FolderObjects
) -> None:
    elsewhere = tmp_path / "elsewhere"
    async with journaling(folder, objects, QUICK) as journals:
        journal = journals.begin("s1", 1)
        await journal.synced(journal.append(said(0)), PATIENCE)
        await journals.seal(PATIENCE)
        journal.append(said(1))  # on the disk of the first node only
    assert await loaded(elsewhere, "s1", objects) == [said(0)]
    async with journaling(elsewhere, objects, QUICK) as journals:
        journal = journals.begin("s1", 2, pos=4)
        assert journal.durable == Durable(0, 4, 0)
        await journal.synced(journal.append(said(1)), PATIENCE)
        assert await loaded(elsewhere, "s1", objects) == [said(0), said(1)]
        await journals.seal(PATIENCE)
    assert await loaded(folder, "s1", objects) == [said(0), said(1)]  # the second node's


async def test_a_log_is_cut_when_it_is_old_or_large(folder: Path, objects: FolderObjects) -> None:
    for policy in (JournalPolicy(seal_after=0.01), JournalPolicy(seal_bytes=10)):
        async with journaling(folder, objects, policy) as journals:
            journal = journals.begin("s1", len(await objects.list()) + 1)
            await journal.synced(journal.append(said(0)), PATIENCE)
            seen = len(await objects.list())
            async with asyncio.timeout(PATIENCE):
                while len(await objects.list()) == seen:
                    await asyncio.sleep(0)
    assert await loaded(folder / "nothing here", "s1", objects) == [said(0), said(0)]


async def test_a_journal_knows_how_far_the_store_has_it(
    folder: Path, objects: FolderObjects
) -> None:
    async with journaling(folder, objects, QUICK) as journals:
        journal = journals.begin("s1", 1, pos=4)
        assert journal.stored == 0, "what was before may be only here"
        await journal.synced(journal.append(said(1)), PATIENCE)
        await journals.seal(PATIENCE)
        assert journal.stored == journal.durable.pos > 4
        await journal.synced(journal.append(said(2)), PATIENCE)
        assert journal.stored < journal.durable.pos
    async with journaling(folder / "alone", None, QUICK) as journals:
        assert journals.begin("s1").stored is None


async def test_what_lay_here_before_goes_to_the_store_with_the_next_owner(
    folder: Path, objects: FolderObjects
) -> None:
    async with journaling(folder, None, QUICK) as journals:
        journals.begin("s1", 1).append(said(0))
    async with journaling(folder, objects, QUICK) as journals:
        journal = journals.begin("s1", 2)
        await journal.synced(journal.append(said(1)), PATIENCE)
        await journals.seal(PATIENCE)
    assert len(await objects.list("journal/s1/")) == 2


async def test_removed_is_removed_everywhere_and_for_good(
    folder: Path, objects: FolderObjects
) -> None:
    async with journaling(folder, objects, QUICK) as journals:
        journal, other = journals.begin("s1"), journals.begin("s2")
        await journal.synced(journal.append(said(0)), PATIENCE)
        await journals.seal(PATIENCE)
        other.append(said(7))
        await journal.synced(journal.append(Sealed(4, 0)), PATIENCE)
        with pytest.raises(Taken):
            await journals.remove("s1")
        journal.close()
        for _ in range(2):
            await journals.remove("s1")
        assert await sessions(folder, objects) == {"s2"}
    async with journaling(folder, objects, QUICK):
        assert await sessions(folder, objects) == {"s2"}
        assert await loaded(folder, "s1", objects) == []


async def test_discarded_is_gone_here_and_stays_in_the_store(
    folder: Path, objects: FolderObjects
) -> None:
    async with journaling(folder, objects, QUICK) as journals:
        journal = journals.begin("s1")
        await journal.synced(journal.append(said(0)), PATIENCE)
        await journals.seal(PATIENCE)
        journal.close()
        await journals.discard("s1")
        assert await sessions(folder, None) == set()
        assert await loaded(folder, "s1", objects) == [said(0)]


async def test_removed_in_the_same_breath_as_closed(folder: Path) -> None:
    """What is still on its way to the disk goes before the note that all of it is gone."""
    async with journaling(folder, None, QUICK) as journals:
        journal = journals.begin("s1")
        journal.append(said(0))
        journal.close()
        await journals.remove("s1", PATIENCE)
        assert await loaded(folder, "s1") == []
    async with journaling(folder, None, QUICK):
        assert await sessions(folder, None) == set()


async def test_one_owner_at_a_time(folder: Path) -> None:
    async with journaling(folder, None, QUICK) as journals:
        journal = journals.begin("s1", 3)
        with pytest.raises(Taken):
            journals.begin("s1", 4)
        journal.append(said(0))
        with pytest.raises(BadKey):
            journals.begin("../s1")
        with pytest.raises(ValueError, match="generation"):
            journals.begin("s2", -1)
    async with journaling(folder, None, QUICK) as journals:
        with pytest.raises(Taken):
            journals.begin("s1", 3)
        journals.begin("s1", 4).close()
        journals.begin("s1", 5)


async def test_a_log_that_cannot_be_cut_does_not_stop_the_start(folder: Path) -> None:
    async with journaling(folder, None, JournalPolicy(seal_after=600)) as journals:
        journals.begin("s1", 1).append(said(0))
    in_the_way = Places(folder).session("s1")
    in_the_way.write_bytes(b"")
    async with journaling(folder, None, QUICK) as journals:
        assert await loaded(folder, "s1") == [said(0)]
        with pytest.raises(OSError):
            await journals.seal(PATIENCE)
        in_the_way.unlink()
        await journals.seal(PATIENCE)
        assert Places(folder).names("s1") == [part_name(1, 1)]
        assert await loaded(folder, "s1") == [said(0)]


async def test_a_folder_has_one_writer(folder: Path) -> None:
    async with journaling(folder, None, QUICK):
        with pytest.raises(Unusable, match="another server"):
            async with journaling(folder, None, QUICK):
                pass


KILLED = """
import asyncio, os, sys
from pathlib import Path
from storage.journal.records import Audio
from storage.journal.writer import JournalPolicy, journaling
async def main():
    def tell(durable):
        os.write(1, b"%d\\n" % durable.pos)
    policy = JournalPolicy(sync_every=0.005, seal_after=0.03)
    async with journaling(Path(sys.argv[1]), None, policy) as journals:
        journal = journals.begin("s1", watcher=tell)
        pos = 0
        while True:
            journal.append(Audio(pos, pos + 640, pos.to_bytes(8, "big") * 80))
            pos += 640
            await asyncio.sleep(0.0005)
asyncio.run(main())
"""


@pytest.mark.parametrize("after", [1, 3, 10, 25])
async def test_nothing_that_was_durable_is_lost_by_kill_9(folder: Path, after: int) -> None:
    with python(KILLED, folder) as child:
        assert child.stdout
        told = [int(child.stdout.readline()) for _ in range(after)]
        child.send_signal(signal.SIGKILL)
        told += [int(line) for line in child.stdout.read().split()]
    async with journaling(folder, None, QUICK):
        kept = await loaded(folder, "s1")
    audio = stream(kept)
    assert len(audio) >= max(told)
    assert audio == b"".join(pos.to_bytes(8, "big") * 80 for pos in range(0, len(audio), 640))


# The limit on the size of files stands in for a full disk: any write beyond it fails.
FULL = """
import asyncio, resource, sys
from pathlib import Path
from storage.journal.files import Places, part_name
from storage.journal.handle import JournalFull
from storage.journal.records import Audio
from storage.journal.writer import JournalPolicy, journaling
def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
async def main():
    told = []
    policy = JournalPolicy(sync_every=0.005, retry=0.01, session_bytes=20_000)
    async with journaling(Path(sys.argv[1]), None, policy) as journals:
        journal = journals.begin("s1", watcher=told.append)
        await journal.synced(journal.append(Audio(0, 1000, bytes(1000))), 20)
        limit(10)
        number = journal.append(Audio(1000, 2000, bytes(1000)))
        try:
            await journal.synced(number, 20)
        except JournalFull:
            print("full", journal.durable.pos, told[-1].full, journals.begin("s2").durable.full)
        pos = 2000
        try:
            while True:
                journal.append(Audio(pos, pos + 1000, bytes(1000)))
                pos += 1000
        except JournalFull:
            print("refused", journal.waiting <= 20_000)
        try:
            journals.begin("s3").close()
            await journals.discard("s3", timeout=0.05)
        except TimeoutError:
            print("no note")
        limit(resource.RLIM_INFINITY)
        await journal.room(20)
        print("again", journal.durable.pos == told[-1].pos, told[-1].full)
        journal.append(Audio(pos, pos + 1000, bytes(1000)))
asyncio.run(main())
"""


async def test_a_full_disk_stops_what_is_acknowledged_until_there_is_room(folder: Path) -> None:
    with python(FULL, folder, stdin=PIPE) as child:
        out, _ = child.communicate(timeout=60)
    assert child.returncode == 0
    said_by_it = [line for line in out.splitlines() if "journal disk" not in line]
    assert said_by_it == ["full 1000 True True", "refused True", "no note", "again True False"]
    kept = await loaded(folder, "s1")
    assert len(stream(kept)) > 15_000
