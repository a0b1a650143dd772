import asyncio

import pytest

from storage.journal.handle import Durable, Journal, JournalFull
from storage.journal.pending import weight
from storage.journal.records import Audio, Gap, Owner, decode
from tests.storage.journal.shared import PATIENCE, event, said

MOST = 400
FITS = MOST // weight(said(0))  # messages that may wait


class Node:
    """Counts what a node would write."""

    def __init__(self, most: int = 1000) -> None:
        self.left = most

    def spare(self) -> int:
        return self.left

    def appended(self, journal: Journal, size: int) -> None:
        self.left -= size

    def closed(self, journal: Journal) -> None:
        pass


def a_journal(
    told: list[Durable] | None = None, node: Node | None = None, begun: Durable | None = None
) -> Journal:
    heard = [] if told is None else told
    return Journal("s1", 2, begun or Durable(), MOST, heard.append, node or Node())


def test_appending_counts_and_taking_empties() -> None:
    told: list[Durable] = []
    journal = a_journal(told)
    assert [journal.append(said(0)), journal.append(Gap(4, 6)), journal.append(event(3))] == [
        1,
        2,
        3,
    ]
    share = journal.take()
    assert decode(share.data)[0] == [Owner("s1", 2, 1), said(0), Gap(4, 6), event(3)]
    assert (share.reached, journal.durable, told) == (Durable(3, 10, 3), Durable(), [])
    journal.written(share)
    assert (journal.durable, told, journal.waiting) == (Durable(3, 10, 3), [Durable(3, 10, 3)], 0)
    journal.append(said(9))
    assert decode(journal.take().data)[0] == [Owner("s1", 2, 4), said(9)]


def test_audio_that_follows_is_one_record() -> None:
    journal = a_journal()
    assert [journal.append(said(number)) for number in range(3)] == [1, 1, 1]
    assert (journal.append(event(1)), journal.append(said(3))) == (2, 3)
    share = journal.take()
    together = Audio(0, 12, said(0).data + said(1).data + said(2).data)
    assert decode(share.data)[0] == [Owner("s1", 2, 1), together, event(1), said(3)]
    assert (share.reached, share.size) == (Durable(3, 16, 1), journal.waiting)
    assert journal.append(said(4)) == 4  # what is on its way is not added to


def test_what_was_known_before_is_known() -> None:
    journal = a_journal(begun=Durable(0, 100, 7))
    journal.append(event(8))
    assert journal.take().reached == Durable(1, 100, 8)


def test_no_more_waits_than_may() -> None:
    journal = a_journal()
    for number in range(FITS):
        journal.append(said(number))
    with pytest.raises(JournalFull):
        journal.append(said(0))
    share = journal.take()
    with pytest.raises(JournalFull):
        journal.append(said(0))  # on its way is not there yet
    journal.written(share)
    journal.append(said(0))


def test_all_together_have_a_bound_too() -> None:
    with pytest.raises(JournalFull):
        a_journal(node=Node(5)).append(said(0))


async def test_room_comes_with_the_next_sync() -> None:
    journal = a_journal()
    for number in range(FITS):
        journal.append(said(number))
    waits = asyncio.create_task(journal.room(PATIENCE))
    await asyncio.sleep(0)
    assert not waits.done()
    journal.written(journal.take())
    await waits
    with pytest.raises(TimeoutError):
        for number in range(FITS):
            journal.append(said(number))
        await journal.room(0.01)


async def test_who_waits_hears_of_the_disk_that_refuses() -> None:
    told: list[Durable] = []
    journal = a_journal(told)
    number = journal.append(said(0))
    waits = asyncio.create_task(journal.synced(number, PATIENCE))
    await asyncio.sleep(0)
    journal.refused(True)
    with pytest.raises(JournalFull):
        await waits
    journal.refused(True)
    journal.written(journal.take())
    assert await journal.synced(number, PATIENCE) == Durable(1, 4, 0)
    assert told == [Durable(full=True), Durable(1, 4, 0)]


async def test_waiting_has_an_end() -> None:
    with pytest.raises(TimeoutError):
        await a_journal().synced(1, 0.01)


def test_nothing_after_close() -> None:
    journal = a_journal()
    journal.close()
    with pytest.raises(ValueError, match="closed"):
        journal.append(said(0))
