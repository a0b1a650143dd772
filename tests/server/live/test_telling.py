"""What is said goes to the journal before it goes to the client, and is said once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from inference.types import Word
from server.live.archive import Archive
from server.live.intake import Intake
from server.live.telling import Telling
from server.metrics import Metrics
from server.protocols.native.messages import Sound
from server.protocols.native.requests import View
from storage.journal.records import Audio
from storage.journal.writer import Journals, journaling
from streaming.events import Ended, Flushed, Revised, Segment, SpeechStarted
from streaming.resampler import Format
from tests.server.shared import until

WORDS = (Word(" Good", 0, 100, 0.9),)
SAID = Segment(0, 0, 100, WORDS, "en", True, 0.9, better=())


@pytest_asyncio.fixture
async def journals(tmp_path: Path) -> AsyncIterator[Journals]:
    async with journaling(tmp_path / "journal", None) as opened:
        yield opened


def telling(journals: Journals, view: View | None = None) -> Telling:
    archive = Archive("s1", None)  # type: ignore[arg-type]
    archive.begin(journals, 0, 0, 0, lambda: None)
    intake = Intake(Format(), 0, 30)
    return Telling(archive, intake, Metrics(), lambda: view or View(), lambda: 0.0)


async def test_an_event_is_given_when_it_is_safe(journals: Journals) -> None:
    said = telling(journals)
    said.say(SpeechStarted(0, 0), 512)
    assert said.next() is None
    await said.archive.safe()
    assert said.next() == (1, SpeechStarted(0, 0))
    said.archive.close()


async def test_a_better_hearing_follows_for_those_who_asked(journals: Journals) -> None:
    said = telling(journals, View(revise=True))
    said.say(SAID, 512)
    assert [event for _, event in said.outbox.waiting] == [SAID, Revised(0, ())]
    assert said.counts == {"segments": 1, "words": 1, "captions": 0}
    said.archive.close()


async def test_positions_of_events_are_those_of_when_they_were_said(journals: Journals) -> None:
    said = telling(journals)
    said.intake.take(Sound(0, bytes(3200)))
    said.intake.mark(1600, 3200)
    said.say(Flushed("f", 800), 1600)
    said.intake.forget(1600)
    assert said.position(1, 800) == 1600
    said.say(Ended(2048), 2048)
    assert said.outbox.waiting[-1] == (2, Ended(1600))
    said.archive.close()


async def test_what_is_settled_is_told_when_it_is_safe(journals: Journals) -> None:
    said = telling(journals)
    said.archive.append(Audio(0, 3200, bytes(3200)))
    said.intake.take(Sound(0, bytes(3200)))
    said.intake.mark(1600, 3200)
    said.note(800)
    assert said.settle(False) == 0
    await until(lambda: said.durable == 3200)
    await said.archive.safe()
    assert (said.settle(False), said.settle(True)) == (1600, 3200)
    said.archive.close()
